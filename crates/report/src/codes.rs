//! Every kind of finding there is.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::Severity;

/// What is known about a code.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// `TY0201`.
    pub code: &'static str,
    /// A short name for people, in kebab case.
    pub name: &'static str,
    /// The severity where a policy says nothing else.
    pub severity: Severity,
    /// One sentence.
    pub summary: &'static str,
    /// A paragraph and an example, for `trainyard explain`; Markdown.
    pub explanation: &'static str,
}

/// Declares the codes: a constant each, and the table they point into.
macro_rules! codes {
    ($($constant:ident $severity:ident $code:literal $name:literal $summary:literal)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "an index per constant")]
        enum Index { $($constant),* }

        impl Code {
            $(
                #[doc = $summary]
                pub const $constant: Self = Self(Index::$constant as u16);
            )*
        }

        const TABLE: &[CodeInfo] = &[$(CodeInfo {
            code: $code,
            name: $name,
            severity: Severity::$severity,
            summary: $summary,
            explanation: include_str!(concat!("codes/", $code, ".md")),
        }),*];
    };
}

codes! {
    POLICY_SYNTAX Error "TY0101" "policy-syntax" "The policy file is not valid TOML."
    POLICY_UNKNOWN_KEY Error "TY0102" "policy-unknown-key" "The policy has a key that means nothing there."
    POLICY_WRONG_TYPE Error "TY0103" "policy-wrong-type" "A value of the policy has the wrong type or is missing."
    POLICY_BAD_VALUE Error "TY0104" "policy-bad-value" "A value of the policy has the right type but makes no sense."
    POLICY_UNKNOWN_NAME Error "TY0105" "policy-unknown-name" "The policy refers to a component, stream or phase that it does not declare."
    POLICY_CONTRADICTION Error "TY0106" "policy-contradiction" "Two statements of the policy cannot both hold."
    POLICY_REVISION_ORDER Error "TY0107" "policy-revision-order" "The policy's revisions are not in order."
    POLICY_UNUSED Warning "TY0108" "policy-unused" "A statement of the policy has no effect."
    STRAY_TAG Note "TY0201" "stray-tag" "A tag is no release of any component."
    MISSPELLED_RELEASE Warning "TY0202" "misspelled-release" "A tag means a release but is not spelled as the policy says."
    DUPLICATE_RELEASE Error "TY0203" "duplicate-release" "Two tags name the same version."
    RESERVED_BRANCH_NAME Warning "TY0204" "reserved-branch-name" "A branch has a name that is reserved for releases or lines."
    BUMP_TOO_SMALL Error "TY0301" "bump-too-small" "A release was bumped less than its changes require."
    VERSION_FILE_MISMATCH Error "TY0302" "version-file-mismatch" "A tag and the version file in its tree disagree."
    VERSION_GAP Warning "TY0303" "version-gap" "Versions were skipped between two releases."
    OUT_OF_ORDER Warning "TY0304" "out-of-order" "A version was released after a higher one that it should precede."
    OFF_LINE Warning "TY0305" "off-line" "A release is not on the branch of its line."
    SCHEME_CHANGE Error "TY0306" "scheme-change" "Releases changed their scheme or spelling without a revision of the policy."
    NEVER_FINALISED Note "TY0307" "never-finalised" "Pre-releases were never followed by their final release."
    PRERELEASE_AFTER_FINAL Warning "TY0308" "prerelease-after-final" "A pre-release was tagged after its final release."
    TOO_EARLY Note "TY0309" "cadence-too-early" "A release came earlier than the cadence says."
    OVERDUE Note "TY0310" "cadence-overdue" "A release came later than the cadence says."
    LINE_TOO_NARROW Warning "TY0311" "line-too-narrow" "A line's branch carries changes that its next patch release must not contain."
    MISSING_LINE_BRANCH Note "TY0312" "missing-line-branch" "A line has releases but no branch, though the policy names one."
    RETIRED_LINE Warning "TY0313" "retired-line" "A release was made on a line after its retire date."
    LOCKSTEP_BROKEN Error "TY0314" "lockstep-broken" "Members of a group do not share their line."
    MIXED_PRERELEASES Note "TY0315" "mixed-prereleases" "Pre-releases are written in several ways."
    SORTS_AS_TEXT Warning "TY0316" "prerelease-sorts-as-text" "Numbers of pre-releases sort as text, so the tenth comes before the second."
    RELEASED_MIGRATION_CHANGED Error "TY0317" "released-migration-changed" "A migration that a release already carried was edited, re-parented or removed."
    SEVERAL_HEADS Error "TY0318" "several-heads" "A set of migrations has more than one head."
    MIGRATION_INSERTED Warning "TY0319" "migration-inserted" "A migration was put below a released one, so databases beyond it skip it."
    BROKEN_INSIDE_ONE_SPEC Warning "TY0320" "broken-inside-one-spec" "An interface broke while its declared number stayed."
    DECLARED_TOO_SMALL Error "TY0321" "declared-too-small" "A proposal says that it is smaller than its files show."
    PATCH_CARRIES_MIGRATION Warning "TY0322" "patch-carries-migration" "A patch release brings migrations."
    BROKEN_MIGRATION_ORDER Error "TY0323" "broken-migration-order" "A set of migrations cannot be put in order."
    UNREADABLE_COMMIT Note "TY0401" "unreadable-commit" "A commit message follows no convention, so it is no evidence."
    UNREADABLE_FRAGMENT Warning "TY0402" "unreadable-fragment" "A change fragment cannot be read."
    EVIDENCE_UNKNOWN Warning "TY0403" "evidence-unknown" "Evidence could not be judged, so the level is a lower bound."
    BREAKING_CHANGE Warning "TY0404" "breaking-change" "Something changed incompatibly between two states."
    DATA_CHANGE Warning "TY0405" "data-change" "Stored data changes between two states."
    DANGEROUS_CHANGE Note "TY0406" "dangerous-change" "Something changed that may break some users."
    WORK_TREE_CHANGED Error "TY0501" "work-tree-changed" "Tracked files have changes that are not committed."
    DETACHED_HEAD Error "TY0502" "detached-head" "A commit is checked out rather than a branch."
    WRONG_RELEASE_BRANCH Error "TY0503" "wrong-release-branch" "A release is asked for on a branch that does not make it."
    OPERATION_UNFINISHED Error "TY0504" "operation-unfinished" "A merge, rebase, cherry-pick or revert is in the middle."
    RELEASE_UNFINISHED Error "TY0505" "release-unfinished" "A release was interrupted and waits."
    TAG_EXISTS Error "TY0506" "tag-exists" "The tag of a release is there already."
    LINE_BRANCH_EXISTS Error "TY0507" "line-branch-exists" "The branch that a new line needs is there already, elsewhere."
    VERSION_FILE_UNWRITABLE Error "TY0508" "version-file-unwritable" "A file cannot take the version of a release."
    VERSION_FILES_DISAGREE Error "TY0509" "version-files-disagree" "The files that state a component's version do not agree."
    BEHIND_UPSTREAM Error "TY0510" "behind-upstream" "The branch lacks commits of the one that it follows."
    NO_IDENTITY Error "TY0511" "no-identity" "Git does not know who commits and tags."
    NO_SIGNING_KEY Error "TY0512" "no-signing-key" "Nothing can be signed, though signatures are asked for."
    RELEASE_TOO_SMALL Error "TY0513" "release-too-small" "The version that was asked for is not one that the changes and the line allow."
    LOCKSTEP_INCOMPLETE Error "TY0514" "lockstep-incomplete" "A member of a lockstep group cannot be released with the others."
    NOTHING_TO_RELEASE Error "TY0515" "nothing-to-release" "Nothing has changed that a release could bring."
    REPOSITORY_UNWRITABLE Error "TY0516" "repository-unwritable" "The repository cannot be written."
    SHALLOW_CLONE Error "TY0517" "shallow-clone" "The clone lacks older commits, so that releases may be missing."
    REMOTE_UNREACHABLE Error "TY0518" "remote-unreachable" "The remote to push to is not there or does not answer."
    RELEASE_TAKEN_BACK Error "TY0519" "release-taken-back" "A step of a release failed, and everything was taken back."
    RELEASE_WAITS Error "TY0520" "release-waits" "A release can neither be finished nor taken back yet."
    PART_UNKNOWN Error "TY0521" "part-unknown" "A stream's release needs a part whose version is not known."
    FILE_IN_THE_WAY Error "TY0522" "file-in-the-way" "A file that a release would write is not what git has."
    RELEASE_BUSY Error "TY0523" "release-busy" "Another release of the repository is being made."
    RELEASES_NOT_FETCHED Error "TY0524" "releases-not-fetched" "The remote to push to has releases that are missing here."
    MERGE_BACK_DEBT Warning "TY0530" "merge-back-debt" "Fixes of a line have not come to newer lines or to development."
    NEEDS_A_PERSON Warning "TY0531" "needs-a-person" "A merge or a pick has conflicts that only a person can settle."
    VERSION_TAKEN_BACK Error "TY0532" "version-taken-back" "A merge took a version back, and no conflict told of it."
    VERSION_LOWERED Warning "TY0533" "version-lowered" "A merge lowers a branch's version, because the other side was lowered on purpose."
    VERSION_BEHIND Note "TY0534" "version-behind" "A branch keeps a version that is lower than one that was merged into it."
    BRANCH_IN_USE Error "TY0535" "branch-in-use" "A branch cannot move, because it is checked out where there are changes."
    BRANCHES_DIFFER Warning "TY0536" "branches-differ" "A branch and its remote-tracking branch have gone apart."
    ALREADY_THERE Note "TY0537" "already-there" "A commit that is to be carried has come to the branch before."
    VERSION_OUTSIDE_RELEASE Error "TY0560" "version-outside-release" "A proposal writes a version that only a release may write."
    BRANCH_NAME_TAKEN Error "TY0561" "branch-name-taken" "A proposal's branch has the name of a release, a line, or what git cannot keep beside them."
    MISSING_FRAGMENT Warning "TY0562" "missing-fragment" "A proposal changes a component and brings no fragment for its changelog."
    MISPLACED_FRAGMENT Warning "TY0563" "misplaced-fragment" "A fragment lies outside of the folder that is collected."
    UNKNOWN_COMMIT_TYPE Warning "TY0564" "unknown-commit-type" "A commit message begins with a type that nobody knows."
    POLICY_NESTED_PATHS Note "TY0570" "policy-nested-paths" "A component's folder lies in another's, and changes count for both."
    BUNDLE_FILE_UNREADABLE Error "TY0701" "bundle-file-unreadable" "A bundle or a manifest cannot be read."
    MANIFEST_COMPUTED Warning "TY0702" "manifest-computed" "A manifest computes what could be read only if it were spelled out."
    RANGE_MALFORMED Error "TY0703" "range-malformed" "The range of a requirement is not written as its grammar says."
    VERSION_MALFORMED Warning "TY0704" "version-malformed" "The version of a release is not written as its scheme says."
    REQUIREMENT_MISSPELLED Error "TY0705" "requirement-misspelled" "A requirement names no component that is published, but nearly one."
    REQUIREMENT_UNKNOWN Warning "TY0706" "requirement-unknown" "A requirement names a component that nobody publishes."
    REQUIREMENT_MISSING Error "TY0707" "requirement-missing" "A required component is not in the bundle."
    REQUIREMENT_UNSATISFIED Error "TY0708" "requirement-unsatisfied" "A pinned version is outside of a required range."
    PINS_CONFLICT Error "TY0709" "pins-conflict" "A release excludes another one that is in the bundle."
    COMPANION_UNFIT Error "TY0710" "companion-unfit" "A pinned version is outside of what another release must have if it is there."
    BEYOND_BOUND Warning "TY0711" "beyond-bound" "A pinned version is beyond what another release vouches for."
    COMPANION_UNPROVEN Warning "TY0712" "companion-unproven" "A pinned version is outside of what another release says it works with."
    PIN_UNKNOWN Error "TY0713" "pin-unknown" "A bundle pins a component that nobody publishes."
    PIN_VERSION_UNKNOWN Error "TY0714" "pin-version-unknown" "A bundle pins a version that is not known."
    PIN_UNTAGGED Warning "TY0715" "pin-untagged" "A bundle pins a commit that no tag is on."
    PRERELEASE_IN_FINAL Error "TY0716" "prerelease-in-final" "A final bundle holds a pre-release."
    IMMATURE_IN_FINAL Warning "TY0717" "immature-in-final" "A final bundle holds an alpha or beta component."
    OTHER_CONTENT Error "TY0718" "other-content" "A pin's digest is that of no published content of its version."
    SEVERAL_CONTENTS Warning "TY0719" "several-contents" "One version was published with several contents."
    SERVER_UNFIT Error "TY0720" "server-unfit" "A release does not work with the bundle's server."
    LAUNCHER_UNFIT Error "TY0721" "launcher-unfit" "A release does not work with the bundle's launcher, or there is none."
    PYTHON_UNFIT Error "TY0722" "python-unfit" "A release does not work with the bundle's Python."
    PLATFORM_UNFIT Error "TY0723" "platform-unfit" "A release does not run on one of the bundle's platforms."
    DEPENDENCY_PACKAGE_UNFIT Warning "TY0724" "dependency-package-unfit" "A dependency package is missing, doubled or has no checksum."
    REQUIREMENT_CYCLE Warning "TY0725" "requirement-cycle" "Releases of a bundle require each other in a circle."
    LINES_APART Error "TY0726" "lines-apart" "Members of a lockstep group are pinned on different lines."
    REQUIREMENT_OFF_LINE Warning "TY0727" "requirement-off-line" "A release asks a member of its own group for another line."
    API_VERSIONS_APART Error "TY0728" "api-versions-apart" "A client and a server have no version of an interface in common."
    COMPOSITE_PART_MISSING Error "TY0729" "composite-part-missing" "A composite release names a part that was not published."
    COMPOSITE_OUT_OF_ORDER Warning "TY0730" "composite-out-of-order" "Composite releases came in another order than their parts say."
    FLAVOUR_MEMBER_UNKNOWN Error "TY0731" "flavour-member-unknown" "A flavour names a member or a flavour that the bundle lacks."
    FLAVOUR_NOT_CLOSED Error "TY0750" "flavour-not-closed" "A flavour lacks something that its members need."
    BASE_CHANGED Warning "TY0751" "base-changed" "The base of a derived bundle is not what it was derived from."
    LEFT_OUT_NOTHING Warning "TY0752" "left-out-nothing" "A derived bundle leaves out what its base does not have."
    IMAGES_MISSING Warning "TY0753" "images-missing" "A release names no image, and the one before it did."
    MIGRATION_SKIPPED Error "TY0801" "migration-skipped" "An upgrade skips a migration without a word."
    MIGRATION_UNKNOWN Error "TY0802" "migration-unknown" "A database stands at a migration that the target does not know."
    MIGRATION_REFUSED Error "TY0803" "migration-refused" "A migration comes before applied ones, so the tool refuses the upgrade."
    MIGRATION_RUNS_TWICE Warning "TY0804" "migration-runs-twice" "A database runs the same migration twice."
    MIGRATION_EDITED_SINCE Warning "TY0805" "migration-edited-since" "A migration means something else than what databases ran."
    MERGE_MISPLACED Error "TY0806" "merge-misplaced" "A merge of migrations joins what is not apart."
    NO_UPGRADE_PATH Error "TY0811" "no-upgrade-path" "No allowed sequence of updates leads from one release to the other."
    CHANNEL_WITHOUT_HEAD Error "TY0812" "channel-without-head" "A channel has no newest release, or several."
    STRANDED_RELEASE Warning "TY0813" "stranded-release" "From a release no update leads to the head of its channel."
    UPDATE_RULE_IGNORED Warning "TY0814" "update-rule-ignored" "A rule of an update graph cannot be applied."
    MIXTURE_BREAKS Warning "TY0815" "mixture-breaks" "Two components run side by side that do not work together."
    TARGET_NOT_INSTALLED Note "TY0816" "target-not-installed" "A target names a component that is not installed."
    RELEASES_UNKNOWN Warning "TY0817" "releases-unknown" "Of a component's releases nothing is known but their numbers."
    IMAGE_UNKNOWN Warning "TY0818" "image-unknown" "An installed image is no release that is known."
    INSTALLED_CONTRADICTION Warning "TY0819" "installed-contradiction" "Two sources disagree on what is installed."
    UPDATE_RISKY Warning "TY0820" "update-risky" "Something speaks against an update on the way."
}

/// The stable code of a kind of finding, such as `TY0201`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

impl Code {
    /// Every code, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u16..).zip(TABLE).map(|(index, _)| Self(index))
    }

    /// What is known about it.
    pub fn info(self) -> &'static CodeInfo {
        &TABLE[usize::from(self.0)]
    }

    /// `TY0201`.
    pub fn as_str(self) -> &'static str {
        self.info().code
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = String;

    /// Accepts the code or the name, letter case aside.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::all()
            .find(|code| {
                let info = code.info();
                info.code.eq_ignore_ascii_case(text) || info.name.eq_ignore_ascii_case(text)
            })
            .ok_or_else(|| format!("`{text}` is no finding's code or name"))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
