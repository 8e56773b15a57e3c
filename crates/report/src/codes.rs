//! Every kind of finding there is.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

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
