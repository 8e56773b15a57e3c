//! Images and bundles in OCI registries: which tags name what, artefacts as values, and the registry itself.

mod artifact;
mod names;
mod registry;
mod tags;

pub use self::{
    artifact::{
        ATTESTATION, Artifact, BUNDLE, BundleArtifact, COMPONENT, Pinned, attestation, bundle,
    },
    names::NameError,
    registry::{Credentials, ImageError, ImageState, Images, Moved, Referrer},
    tags::{LeftOut, Tags, moving_tags},
};
