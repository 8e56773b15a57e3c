//! The models of an app, as its migrations have made them so far.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    field::{Field, Kind},
    operation::{Constraint, ConstraintKind, NewModel, Unique},
};

/// A field with the migration that made it.
#[derive(Clone, Debug)]
pub(super) struct KnownField {
    pub(super) field: Field,
    /// Whether the migration at hand made it.
    pub(super) is_new: bool,
}

/// A model as it is by now.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// As it was written when it was made.
    pub(super) name: String,
    /// By name.
    pub(super) fields: BTreeMap<String, KnownField>,
    /// Whether the database has a table for it.
    pub(super) has_table: bool,
    pub(super) is_proxy: bool,
    /// The table's own name, where it is not the usual one.
    pub(super) table: Option<String>,
    /// Whether the migration at hand made it.
    pub(super) is_new: bool,
    pub(super) unique_together: Vec<BTreeSet<String>>,
    pub(super) constraints: BTreeMap<String, ConstraintKind>,
    /// What held before the migration at hand began.
    before: Option<Arc<Before>>,
}

/// What held of a model before the migration at hand.
#[derive(Clone, Debug, Default)]
struct Before {
    uniques: Vec<Unique>,
    conditions: BTreeSet<u64>,
}

impl Model {
    /// A model of which no migration tells.
    pub(super) fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            fields: BTreeMap::new(),
            has_table: true,
            is_proxy: false,
            table: None,
            is_new: false,
            unique_together: Vec::new(),
            constraints: BTreeMap::new(),
            before: None,
        }
    }

    /// A model that the migration at hand makes.
    pub(super) fn made(new: &NewModel) -> Self {
        let fields = new
            .fields
            .iter()
            .map(|(name, field)| (name.clone(), KnownField { field: field.clone(), is_new: true }));
        let named = |constraint: &Constraint| (constraint.name.clone(), constraint.kind.clone());
        Self {
            fields: fields.collect(),
            has_table: new.has_table,
            is_proxy: new.is_proxy,
            table: new.table.clone(),
            is_new: true,
            unique_together: new.unique_together.clone(),
            constraints: new.constraints.iter().map(named).collect(),
            ..Self::unknown(&new.name)
        }
    }

    /// Whether what is written to a field is written to something that the migration at hand made.
    pub(super) fn is_new_field(&self, name: &str) -> bool {
        self.field(name).is_some_and(|known| known.is_new)
    }

    /// A field by its name or, for a foreign key, by its column's.
    pub(super) fn field(&self, name: &str) -> Option<&KnownField> {
        self.fields.get(name).or_else(|| {
            let known = self.fields.get(name.strip_suffix("_id")?)?;
            matches!(known.field.kind, Kind::Reference(_)).then_some(known)
        })
    }

    /// Whether existing rows obey a uniqueness already: the table or a field of it is new, or something at least as
    /// strict held before.
    pub(super) fn has_unique(&self, unique: &Unique) -> bool {
        self.is_new
            || unique.fields.iter().any(|field| self.is_new_field(field))
            || self
                .before
                .as_ref()
                .is_some_and(|before| before.uniques.iter().any(|known| known.implies(unique)))
    }

    /// Whether existing rows obey a condition already.
    pub(super) fn has_condition(&self, condition: u64, fields: &BTreeSet<String>) -> bool {
        let all_new = !fields.is_empty() && fields.iter().all(|field| self.is_new_field(field));
        self.is_new
            || all_new
            || self.before.as_ref().is_some_and(|before| before.conditions.contains(&condition))
    }

    /// Everything that is unique by now.
    fn uniques(&self) -> Vec<Unique> {
        let alone = self.fields.iter().filter(|(_, known)| known.field.unique);
        let alone = alone.map(|(name, _)| Unique::of(BTreeSet::from([name.clone()])));
        let together = self.unique_together.iter().cloned().map(Unique::of);
        let constraints = self.constraints.values().filter_map(|kind| match kind {
            ConstraintKind::Unique(unique) => Some(unique.clone()),
            _ => None,
        });
        alone.chain(together).chain(constraints).collect()
    }

    fn conditions(&self) -> BTreeSet<u64> {
        let conditions = self.constraints.values().filter_map(|kind| match kind {
            ConstraintKind::Check { condition, .. }
            | ConstraintKind::Exclusion { condition, .. } => Some(*condition),
            _ => None,
        });
        conditions.collect()
    }
}

/// Models that are another model by another name, and that model; lower case.
pub(super) type Proxies = Arc<BTreeMap<String, String>>;

/// The models of an app by name, lower case.
///
/// *Invariants*: everything that is new was made by the migration that was begun last.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) label: String,
    proxies: Proxies,
    models: BTreeMap<String, Arc<Model>>,
    /// Former names of models that were renamed.
    renamed: BTreeMap<String, String>,
    /// What the migration at hand has touched.
    touched: BTreeSet<String>,
}

impl State {
    pub(super) fn new(label: &str, proxies: Proxies) -> Self {
        Self { label: label.to_owned(), proxies, ..Self::default() }
    }

    /// Begins the next migration: what was new is not any more. *Cost*: what the one before touched.
    pub(super) fn begin(&mut self) {
        for name in std::mem::take(&mut self.touched) {
            if let Some(model) = self.models.get_mut(&name) {
                let model = Arc::make_mut(model);
                model.is_new = false;
                model.before = None;
                model.fields.values_mut().for_each(|known| known.is_new = false);
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Model> {
        self.models.get(&name.to_lowercase()).map(|model| &**model)
    }

    /// The model of a name, to be changed; one of which no migration tells is noted as such.
    pub(super) fn touch(&mut self, name: &str) -> &mut Model {
        let key = name.to_lowercase();
        let is_first = self.touched.insert(key.clone());
        let model = self.models.entry(key).or_insert_with(|| Arc::new(Model::unknown(name)));
        let model = Arc::make_mut(model);
        if is_first {
            model.before =
                Some(Arc::new(Before { uniques: model.uniques(), conditions: model.conditions() }));
        }
        model
    }

    pub(super) fn insert(&mut self, model: Model) {
        let key = model.name.to_lowercase();
        self.touched.insert(key.clone());
        self.models.insert(key, Arc::new(model));
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Arc<Model>> {
        self.models.remove(&name.to_lowercase())
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        self.touch(from);
        if let Some(mut model) = self.remove(from) {
            to.clone_into(&mut Arc::make_mut(&mut model).name);
            let key = to.to_lowercase();
            self.touched.insert(key.clone());
            self.models.insert(key.clone(), model);
            self.renamed.insert(from.to_lowercase(), key);
        }
    }

    /// What a reference to a model means by now: without the app's own label, by its present name, and for a proxy the
    /// model whose table it has.
    pub(super) fn target(&self, owner: &str, to: &str) -> String {
        let own = format!("{}.", self.label.to_lowercase());
        let mut name = to;
        // Names may have been given back and forth.
        for _ in 0..8 {
            name = name.strip_prefix(&own).unwrap_or(name);
            if name == "self" {
                return owner.to_lowercase();
            }
            let renamed = self.renamed.get(name).filter(|_| !self.models.contains_key(name));
            let is_own = !name.contains('.');
            let full = if is_own { format!("{own}{name}") } else { name.to_owned() };
            match renamed.or_else(|| self.proxies.get(&full)) {
                Some(present) => name = present,
                None => break,
            }
        }
        name.to_owned()
    }

    /// Whether a reference to a field of a model is one to its primary key, which is the usual one.
    pub(super) fn is_key(&self, model: &str, field: &str) -> bool {
        let known = self.get(model).and_then(|model| model.fields.get(field));
        known.map_or(matches!(field, "id" | "pk"), |known| known.field.is_primary)
    }

    /// Whether a field of this name is new in any model.
    pub(super) fn is_new_anywhere(&self, field: &str) -> bool {
        let touched = self.touched.iter().filter_map(|name| self.models.get(name));
        touched.into_iter().any(|model| model.is_new_field(field))
    }

    /// The name of a model's table.
    pub(super) fn table(&self, model: &Model) -> String {
        let usual = || format!("{}_{}", self.label, model.name.to_lowercase());
        model.table.clone().unwrap_or_else(usual)
    }

    /// The present state, to come back to.
    pub(super) fn snapshot(&self) -> Self {
        self.clone()
    }
}
