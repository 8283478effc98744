//! A pair of schemas, and all that must hold of the migration between them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use ashlar_schema::{
    Both, Declared, Error, File, Owners, Rename, Schema, Scratch, build, difference, discover,
    files,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement, sea_query::TableCreateStatement};
use sea_orm_migration::SchemaManager;

use crate::{server::server, written};

/// The schemas before and after, and rows that live through both.
#[derive(Default)]
pub(crate) struct Case {
    /// Also the name of the file, of several domains with the domain's name behind it.
    pub(crate) name: &'static str,
    pub(crate) before: Vec<Declared>,
    pub(crate) after: Vec<Declared>,
    pub(crate) renames: &'static [&'static str],
    pub(crate) is_destructive: bool,
    /// Inserted before.
    pub(crate) rows: &'static [&'static str],
    /// A query, and what it answers before, and again once all is undone.
    pub(crate) kept: &'static [(&'static str, &'static [&'static str])],
    /// A query, and what it answers afterwards.
    pub(crate) then: &'static [(&'static str, &'static [&'static str])],
}

/// A table of the domain `quarry`.
pub(crate) fn declared(name: &'static str, table: &mut TableCreateStatement) -> Declared {
    owned("quarry", name, table)
}

/// A table of any domain.
pub(crate) fn owned(
    domain: &'static str,
    name: &'static str,
    table: &mut TableCreateStatement,
) -> Declared {
    let table = table.table(name).take();
    let both = Both {
        postgres: table.clone(),
        sqlite: table,
    };
    Declared::new(domain, name, &both)
}

impl Case {
    /// Everything holds: the text, there, nothing left to do, and back.
    pub(crate) async fn holds(self) {
        let server = server();
        let wanted = self.wanted(&server).await;
        let scratch = Scratch::new(&server).await.unwrap();
        let databases = &scratch.databases;
        build(databases, &self.before).await.unwrap();
        for row in self.rows {
            on_both(databases, row).await;
        }
        let before = discover(databases).await.unwrap();
        answers(databases, self.kept).await;

        let files = self
            .files(before.clone(), &wanted, self.is_destructive)
            .unwrap();
        if self.is_destructive {
            let refused = self.files(before.clone(), &wanted, false);
            assert!(matches!(refused, Err(Error::Destructive(_))), "{refused:?}");
        }
        self.is_as_written(&files);
        for file in &files {
            let migration = written::migration(&self.file_name(&files, file));
            migration
                .up(&SchemaManager::new(&databases.postgres))
                .await
                .unwrap();
            migration
                .up(&SchemaManager::new(&databases.sqlite))
                .await
                .unwrap();
        }
        let after = discover(databases).await.unwrap();
        assert_same(&after, &wanted);
        answers(databases, self.then).await;

        for file in files.iter().rev() {
            let migration = written::migration(&self.file_name(&files, file));
            migration
                .down(&SchemaManager::new(&databases.postgres))
                .await
                .unwrap();
            migration
                .down(&SchemaManager::new(&databases.sqlite))
                .await
                .unwrap();
        }
        assert_same(&discover(databases).await.unwrap(), &before);
        answers(databases, self.kept).await;
        scratch.remove().await.unwrap();
    }

    async fn wanted(&self, server: &str) -> Schema {
        let scratch = Scratch::new(server).await.unwrap();
        build(&scratch.databases, &self.after).await.unwrap();
        let wanted = discover(&scratch.databases).await.unwrap();
        scratch.remove().await.unwrap();
        Declared::spelt(wanted, &self.after)
    }

    fn files(
        &self,
        before: Schema,
        wanted: &Schema,
        allow_destructive: bool,
    ) -> Result<Vec<File>, Error> {
        let renames: Vec<Rename> = self
            .renames
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let steps = difference(before, wanted, &renames)?;
        let tables = [&self.before[..], &self.after].concat();
        let owners = Owners::new(&tables, Path::new(env!("CARGO_MANIFEST_DIR")), &steps).unwrap();
        files(&steps, &owners, allow_destructive)
    }

    fn file_name(&self, files: &[File], file: &File) -> String {
        match files.len() {
            1 => self.name.to_owned(),
            _ => format!("{}_{}", self.name, file.domain),
        }
    }

    /// What is written is what is committed and compiled. What is written now is left where it can
    /// be looked at, and taken over if it is right.
    fn is_as_written(&self, files: &[File]) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema/written");
        assert!(!files.is_empty(), "{} has no difference", self.name);
        for file in files {
            let name = format!("{}.rs", self.file_name(files, file));
            let text = formatted(&file.text);
            if fs::read_to_string(folder.join(&name)).ok().as_deref() == Some(&*text) {
                continue;
            }
            let now = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(&name);
            fs::write(&now, &text).unwrap();
            panic!(
                "{name} is written otherwise now, see {}:\n{text}",
                now.display()
            );
        }
    }
}

/// No step leads from the one to the other, nor back.
fn assert_same(one: &Schema, other: &Schema) {
    let there = difference(one.clone(), other, &[]).unwrap();
    assert!(there.steps.is_empty(), "{:#?}", there.steps);
    let back = difference(other.clone(), one, &[]).unwrap();
    assert!(back.steps.is_empty(), "{:#?}", back.steps);
}

async fn on_both(databases: &Both<DatabaseConnection>, sql: &str) {
    databases.postgres.execute_unprepared(sql).await.unwrap();
    databases.sqlite.execute_unprepared(sql).await.unwrap();
}

async fn answers(
    databases: &Both<DatabaseConnection>,
    queries: &[(&'static str, &'static [&'static str])],
) {
    for database in [&databases.postgres, &databases.sqlite] {
        for (query, expected) in queries {
            let query = format!("SELECT cast(answer AS text) FROM ({query}) q");
            let statement = Statement::from_string(database.get_database_backend(), &query);
            let rows = database.query_all_raw(statement).await.unwrap();
            let answers: Vec<Option<String>> = rows
                .iter()
                .map(|row| row.try_get_by_index(0).unwrap())
                .collect();
            let answers: Vec<_> = (answers.iter())
                .map(|answer| answer.as_deref().unwrap_or("nothing"))
                .collect();
            assert_eq!(&answers, expected, "{query}");
        }
    }
}

/// What rustfmt makes of a text.
fn formatted(text: &str) -> String {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "rustfmt refuses:\n{text}");
    String::from_utf8(output.stdout).unwrap()
}
