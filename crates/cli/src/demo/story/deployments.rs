//! Who runs what.

use std::collections::BTreeMap;

use trainyard_api as api;

use super::{Cast, Month, PIPELINE, Weeks, broken};
use crate::error::CommandError;

impl Weeks<'_> {
    /// Who runs what.
    pub(super) async fn deployments(&self, months: &[Month]) -> Result<(), CommandError> {
        let Cast { first, mended, third, .. } = self.cast();
        let old = months.last().map(|month| month.version.clone()).unwrap_or_default();
        let studios = [
            ("northlight-main", "northlight/ada", &mended, "production", 0),
            ("northlight-farm", "northlight/ada", &mended, "production", 0),
            ("northlight-training", "northlight/ada", &third, "latest", 1),
            ("kestrel-london", "kestrel/bo", &first, "production", 0),
            ("kestrel-vancouver", "kestrel/bo", &mended, "production", 1),
            ("tidepool-feature", "tidepool/chen", &old, "lts", 3),
            ("tidepool-shorts", "tidepool/chen", &first, "production", 0),
        ];
        for (name, who, version, channel, days) in studios {
            self.report("ayon", name, who, (PIPELINE.1, version, channel), days).await?;
        }
        let clusters = [
            ("glasshill-gpu", "glasshill/noor", "26.7.0", "production", 0),
            ("glasshill-teaching", "glasshill/noor", "24.09.8", "production", 1),
            ("ferncliff-one", "ferncliff/luca", "25.15.12", "latest", 0),
            ("ferncliff-two", "ferncliff/luca", "24.09.8", "latest", 2),
            ("ferncliff-staging", "ferncliff/luca", "26.8.1", "latest", 0),
        ];
        for (name, who, version, channel, days) in clusters {
            self.report("backend-ai", name, who, ("backend-ai", version, channel), days).await?;
        }
        Ok(())
    }

    async fn report(
        &self,
        product: &str,
        name: &str,
        who: &str,
        (stream, version, channel): (&str, &str, &str),
        days: i64,
    ) -> Result<(), CommandError> {
        let facts: BTreeMap<_, _> = [("region".to_owned(), "eu".to_owned())].into();
        let report = api::Report {
            stream: stream.to_owned(),
            version: version.to_owned(),
            channel: Some(channel.to_owned()),
            facts,
        };
        let told = self.ago(days).by(who).report(product, name, &report).await;
        told.map(drop).map_err(|error| broken(&error))
    }
}
