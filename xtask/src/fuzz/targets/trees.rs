//! Detectors that hold two trees against each other: one file of each kind, mutated.

use trainyard_evidence::{Comparison, Focus, Memo, MemoryTree, Settings, UNREADABLE};

use super::Target;

/// Files by the names that detectors know, with a sound content.
const FILES: &[(&str, &str)] = &[
    (
        "openapi.json",
        r##"{"openapi":"3.0.3","paths":{"/a":{"get":{"parameters":[{"name":"q","in":"query","schema":{"type":"integer","minimum":1}}],"responses":{"200":{"description":"x","content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}}},"components":{"schemas":{"A":{"allOf":[{"$ref":"#/components/schemas/A"}],"properties":{"b":{"type":"string","enum":["x"]}}}}}}"##,
    ),
    (
        "openapi.yaml",
        "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200: &ok\n          description: x\n        201: *ok\n",
    ),
    (
        "swagger.json",
        r#"{"swagger":"2.0","paths":{"/a":{"post":{"parameters":[{"in":"body","name":"b","schema":{"type":"object"}}],"responses":{"200":{"schema":{"type":"array","items":{"type":"string"}}}}}}}}"#,
    ),
    (
        "schema.graphql",
        "directive @d(a: Int = 1) repeatable on FIELD_DEFINITION\ntype Query implements N { id: ID! a(b: [I!]! = []): U @d(a: 2) }\ninterface N { id: ID! }\nunion U = A | B\ntype A { x: E }\ntype B { y: Int }\nenum E { V W @deprecated }\ninput I { z: String! = \"q\" }\nscalar S\n",
    ),
    (
        "alembic/versions/a1_b.py",
        "revision: str = 'a1'\ndown_revision = ('b', 'c')\nimport sqlalchemy as sa\nfrom alembic import op\ndef upgrade():\n    for t in ('x', 'y'):\n        op.execute(f'UPDATE {t} SET a = 1')\n    with op.batch_alter_table('x') as b:\n        b.drop_column('a')\n    op.alter_column('x', 'c', type_=sa.Integer(), nullable=False)\n",
    ),
    (
        "app/migrations/0002_x.py",
        "from django.db import migrations, models\ndef f(apps, e):\n    apps.get_model('app', 'M').objects.update(a=1)\nclass Migration(migrations.Migration):\n    dependencies = [('app', '0001_initial')]\n    operations = [migrations.AddField('M', 'a', models.CharField(max_length=3, null=True)), migrations.RunPython(f), migrations.RunSQL('DROP TABLE x')]\n",
    ),
    (
        "migrations/0002_x.sql",
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT 1 LOOP EXECUTE format('ALTER TABLE %I DROP COLUMN a', r); END LOOP; END $$;\nALTER TABLE a ALTER COLUMN b TYPE int USING b::int, ADD CONSTRAINT c UNIQUE (d);\nINSERT INTO a SELECT * FROM b;\nCREATE FUNCTION f() RETURNS void AS $x$ BEGIN DELETE FROM a; END $x$ LANGUAGE plpgsql;\nSELECT f();\n",
    ),
    (
        "db/migrate/20200101000000_x.rb",
        "class X < ActiveRecord::Migration[7.0]\n  def change\n    add_column :a, :b, :string, null: false\n    execute <<~SQL\n      UPDATE a SET b = 1\n    SQL\n  end\nend\n",
    ),
    (
        "package.py",
        "name = 'a'\nversion = '1.0.0'\nayon_required_addons = {'core': '>=1.0.0'}\nayon_server_version = '>=1.1,<2'\n",
    ),
    (
        "pyproject.toml",
        "[project]\nname = 'a'\nrequires-python = '>=3.9'\ndependencies = ['b>=1; extra == \"x\"']\n",
    ),
    (
        "Cargo.toml",
        "[package]\nname = 'a'\nrust-version = '1.80'\n[dependencies]\nb = { version = '^1', features = ['c'] }\n[features]\nd = []\n",
    ),
    (
        "package.json",
        r#"{"engines":{"node":">=18"},"peerDependencies":{"a":"^1 || ^2"},"dependencies":{"b":"~1.2"}}"#,
    ),
    ("Chart.yaml", "name: a\nkubeVersion: '>=1.20'\ndependencies:\n- name: b\n  version: ^1\n"),
    (
        "values.schema.json",
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"a":{"$ref":"#/definitions/b"}},"definitions":{"b":{"oneOf":[{"type":"string","pattern":"^x"},{"$ref":"#/definitions/b"}]}},"required":["a"],"additionalProperties":false}"##,
    ),
    (
        "config.py",
        "from pydantic import BaseModel, Field\nfrom typing import Annotated, Literal\nclass A(BaseModel):\n    model_config = {'extra': 'forbid'}\n    a: Annotated[int | None, Field(default=1, ge=0, alias='b')]\n    c: Literal['x', 'y'] = 'x'\nAPI_VERSION = (9, '20250722')\n",
    ),
    ("sample.toml", "[a]\n# b = 1\nc = 'x'\n"),
    (
        "routes.py",
        "from fastapi import APIRouter\nrouter = APIRouter(prefix='/a')\n@router.get('/b/{id}', deprecated=True)\ndef f(): ...\n",
    ),
];

pub(super) fn targets() -> impl Iterator<Item = Target> {
    FILES.iter().map(|(path, sound)| {
        let (path, sound) = (*path, *sound);
        Target::of_text(format!("tree {path}"), [sound], move |text| stands(path, sound, text))
            .with_own_seeds_only()
    })
}

/// Holds the mutated file against the sound one, both ways, and against itself, which must say nothing.
fn stands(path: &str, sound: &str, text: &str) -> bool {
    let (old, new) = (MemoryTree::new([(path, sound)]), MemoryTree::new([(path, text)]));
    let memo = Memo::default();
    let settings = Settings::default();
    let focus = Focus::new(&|_| true, &settings);
    let verdict = |old: &MemoryTree, new: &MemoryTree| {
        Comparison { old, new, focus: &focus, memo: &memo, verdicts: None }.verdict()
    };
    assert!(verdict(&new, &new).changes.is_empty(), "a file differs from itself");
    let forth = verdict(&old, &new);
    _ = verdict(&new, &old);
    forth.changes.iter().all(|change| change.rule != UNREADABLE.id)
}
