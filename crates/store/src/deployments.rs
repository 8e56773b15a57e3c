//! Who runs what, as deployments tell it.
//!
//! It is not in the log: it comes often, means nothing for what the registry allows, and is forgotten when nobody repeats it.

use crate::{Store, StoreError, error::check_texts};

/// A deployment as it last told of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The product it is of.
    pub product: String,
    /// Its name, one of its own within the product.
    pub name: String,
    /// What it runs: a version or a digest. Deployments can be found by it.
    pub runs: String,
    /// All else that is known. The store never looks at it.
    pub body: Vec<u8>,
    /// When it told so.
    pub seen_us: i64,
}

/// What is older than what is there changes nothing.
const PUT: &str = "
    INSERT INTO deployment AS old (product, name, runs, body, seen_us) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (product, name) DO UPDATE SET
        runs = excluded.runs, body = excluded.body, seen_us = excluded.seen_us
    WHERE old.seen_us <= excluded.seen_us";
const READ: &str = "
    SELECT product, name, runs, body, seen_us FROM deployment WHERE product = $1 AND name = $2";
const LIST: &str = "
    SELECT product, name, runs, body, seen_us FROM deployment
    WHERE product = $1 AND name > $2 ORDER BY name LIMIT $3";
const RUNNING: &str = "
    SELECT product, name, runs, body, seen_us FROM deployment
    WHERE product = $1 AND runs = $2 AND name > $3 ORDER BY name LIMIT $4";
const DELETE: &str = "DELETE FROM deployment WHERE product = $1 AND name = $2";
const FORGET: &str = "DELETE FROM deployment WHERE seen_us < $1";

type Row = (String, String, String, Vec<u8>, i64);

fn deployment((product, name, runs, body, seen_us): Row) -> Deployment {
    Deployment { product, name, runs, body, seen_us }
}

impl Store {
    /// Keeps what a deployment tells, in place of what it told before. What is older than that is passed over.
    pub async fn put_deployment(&self, deployment: &Deployment) -> Result<(), StoreError> {
        check_texts([&*deployment.product, &deployment.name, &deployment.runs])?;
        writing!(self, "keep a deployment", |pool| {
            let put = sqlx::query(PUT).bind(&deployment.product).bind(&deployment.name);
            let put = put.bind(&deployment.runs).bind(&deployment.body).bind(deployment.seen_us);
            put.execute(pool).await.map(drop)
        })
    }

    /// What a deployment told last.
    pub async fn deployment(
        &self,
        product: &str,
        name: &str,
    ) -> Result<Option<Deployment>, StoreError> {
        let row: Option<Row> = reading!(self, "read a deployment", |pool| {
            sqlx::query_as(READ).bind(product).bind(name).fetch_optional(pool).await
        })?;
        Ok(row.map(deployment))
    }

    /// Deployments of a product in the order of their names, after the name given (or empty), at most `limit`.
    pub async fn deployments(
        &self,
        product: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Deployment>, StoreError> {
        let rows: Vec<Row> = reading!(self, "list deployments", |pool| {
            let list = sqlx::query_as(LIST).bind(product).bind(after).bind(i64::from(limit));
            list.fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(deployment).collect())
    }

    /// As [`Store::deployments`], of those alone that run one thing. *Cost*: indexed.
    pub async fn deployments_running(
        &self,
        product: &str,
        runs: &str,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Deployment>, StoreError> {
        let rows: Vec<Row> = reading!(self, "list deployments", |pool| {
            let list = sqlx::query_as(RUNNING).bind(product).bind(runs).bind(after);
            list.bind(i64::from(limit)).fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(deployment).collect())
    }

    /// Forgets a deployment; false when there is none of that name.
    pub async fn delete_deployment(&self, product: &str, name: &str) -> Result<bool, StoreError> {
        writing!(self, "forget a deployment", |pool| {
            let delete = sqlx::query(DELETE).bind(product).bind(name);
            Ok(delete.execute(pool).await?.rows_affected() > 0)
        })
    }

    /// Forgets deployments that have not told anything since a time; returns how many.
    pub async fn forget_deployments(&self, before_us: i64) -> Result<u64, StoreError> {
        writing!(self, "forget deployments", |pool| {
            Ok(sqlx::query(FORGET).bind(before_us).execute(pool).await?.rows_affected())
        })
    }
}
