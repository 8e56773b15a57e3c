//! Tests through the public interface.

mod alembic_graphs;
mod alembic_hostile;
mod alembic_labels;
mod alembic_laws;
mod alembic_pairs;
mod api_date;
mod cases;
mod config;
mod differences;
mod django;
mod django_cases;
mod endpoints;
mod endpoints_cases;
mod graphql;
mod migration_texts;
mod migrations_practice_cases;
mod migrations_sql;
mod mixed_history;
mod openapi;
mod practice;
mod properties;
mod requirements;
mod sql;
mod sql_cases;
mod two_trees;
