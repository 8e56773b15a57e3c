//! What AYON's server reads, with the names that it writes itself. What it fills in itself, such as what is installed, is
//! sent as it is before that.

use serde::Serialize;
use trainyard_api::Time;
use utoipa::ToSchema;

/// A page about an addon.
#[derive(Serialize, ToSchema)]
#[schema(as = AyonLink)]
pub(super) struct Link {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) label: Option<String>,
    pub(super) url: String,
}

/// All addons.
#[derive(Serialize, ToSchema)]
#[schema(as = AyonAddons)]
pub(super) struct Addons {
    pub(super) addons: Vec<Addon>,
}

/// An addon.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonAddon)]
pub(super) struct Addon {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) description: Option<String>,
    pub(super) org_name: Option<String>,
    pub(super) org_title: Option<String>,
    pub(super) icon: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) flags: Vec<String>,
    pub(super) latest_version: Option<String>,
    pub(super) links: Option<Vec<Link>>,
    pub(super) available: bool,
    pub(super) current_production_version: Option<String>,
    pub(super) current_latest_version: Option<String>,
    pub(super) is_outdated: bool,
}

/// An addon with its versions.
#[derive(Serialize, ToSchema)]
#[schema(as = AyonAddonDetail)]
pub(super) struct AddonDetail {
    #[serde(flatten)]
    pub(super) addon: Addon,
    pub(super) versions: Vec<AddonVersion>,
    pub(super) warning: Option<String>,
}

/// A version of an addon.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonAddonVersion)]
pub(super) struct AddonVersion {
    pub(super) version: String,
    pub(super) ayon_version: Option<String>,
    pub(super) created_at: Option<Time>,
    pub(super) updated_at: Option<Time>,
    pub(super) is_compatible: Option<bool>,
    pub(super) is_installed: Option<bool>,
    pub(super) is_production: Option<bool>,
}

/// A version of an addon with everything that installs it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonAddonVersionDetail)]
pub(super) struct AddonVersionDetail {
    #[serde(flatten)]
    pub(super) addon: Addon,
    pub(super) version: String,
    pub(super) url: Option<String>,
    pub(super) alt_url: Option<String>,
    pub(super) checksum: Option<String>,
    pub(super) ayon_version: Option<String>,
    pub(super) created_at: Time,
    pub(super) updated_at: Time,
    pub(super) is_installed: bool,
    pub(super) is_production: bool,
    pub(super) is_compatible: bool,
}

/// What all answers about a release have.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonReleaseBase)]
pub(super) struct ReleaseBase {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) release: String,
    pub(super) description: String,
    pub(super) icon: String,
    pub(super) created_at: Time,
    pub(super) mandatory_addons: Vec<String>,
}

/// A release in a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonReleaseItem)]
pub(super) struct ReleaseItem {
    #[serde(flatten)]
    pub(super) base: ReleaseBase,
    pub(super) is_latest: bool,
    pub(super) addons: Vec<String>,
}

/// All releases.
#[derive(Serialize, ToSchema)]
#[schema(as = AyonReleases)]
pub(super) struct Releases {
    pub(super) releases: Vec<ReleaseItem>,
    pub(super) detail: String,
}

/// A release with all that belongs to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonReleaseDetail)]
pub(super) struct ReleaseDetail {
    #[serde(flatten)]
    pub(super) base: ReleaseBase,
    pub(super) addons: Vec<AddonVersionDetail>,
    /// AYON's bundle takes its launcher's version from the first one.
    pub(super) installers: Vec<Installer>,
    pub(super) dependency_packages: Vec<DependencyPackage>,
}

/// A package of third-party libraries.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonDependencyPackage)]
pub(super) struct DependencyPackage {
    pub(super) filename: String,
    pub(super) platform: String,
    pub(super) size: Option<u64>,
    pub(super) checksum: Option<String>,
    pub(super) checksum_algorithm: Option<&'static str>,
    pub(super) sources: Vec<Source>,
    pub(super) python_version: Option<String>,
    pub(super) distro_short: Option<String>,
    pub(super) installer_version: String,
    pub(super) source_addons: std::collections::BTreeMap<String, Option<String>>,
    pub(super) python_modules: std::collections::BTreeMap<String, String>,
}

/// Where a package is downloaded.
#[derive(Serialize, ToSchema)]
#[schema(as = AyonSource)]
pub(super) struct Source {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) url: Option<String>,
}

/// What installs the launcher on a platform.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AyonInstaller)]
pub(super) struct Installer {
    pub(super) filename: String,
    pub(super) platform: &'static str,
    pub(super) size: Option<u64>,
    pub(super) checksum: Option<String>,
    pub(super) checksum_algorithm: Option<&'static str>,
    pub(super) sources: Vec<Source>,
    pub(super) python_version: Option<String>,
    pub(super) distro_short: Option<String>,
    pub(super) version: String,
    pub(super) python_modules: std::collections::BTreeMap<String, String>,
    pub(super) runtime_python_modules: std::collections::BTreeMap<String, String>,
}
