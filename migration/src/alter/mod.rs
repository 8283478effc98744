//! Changes that SQLite's `ALTER TABLE` has no words for: of a column's type, null and default, and
//! of foreign keys. PostgreSQL changes the table where it stands; in SQLite it is built anew.

mod definition;
mod rebuild;

use sea_orm::sea_query::{
    ColumnDef, Expr, ExprTrait, ForeignKeyCreateStatement, IntoColumnDef, PostgresQueryBuilder,
    Query, SqliteQueryBuilder, Table,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::SchemaManager;
use sea_orm_migration::prelude::ColumnType;

/// Changes to one table, which SQLite builds anew once for all of them.
pub struct Alter {
    table: &'static str,
    changes: Vec<Change>,
}

enum Change {
    AddColumn(ColumnDef),
    Column {
        definition: ColumnDef,
        fill: Option<Expr>,
    },
    AddForeignKey(ForeignKeyCreateStatement),
    DropForeignKey {
        name: &'static str,
        columns: &'static [&'static str],
    },
}

/// Begins to change `table`.
pub fn table(table: &'static str) -> Alter {
    Alter {
        table,
        changes: Vec::new(),
    }
}

impl Alter {
    /// Adds a column that may be neither null nor absent: fails when there are rows.
    pub fn add_column(self, definition: impl IntoColumnDef) -> Self {
        self.with(Change::AddColumn(definition.into_column_def()))
    }

    /// Gives a column this type, null and default. Of one that is no longer nullable, rows that
    /// have nothing get the default.
    pub fn column(self, definition: impl IntoColumnDef) -> Self {
        let definition = definition.into_column_def();
        let fill = definition.get_column_spec().default.clone();
        self.with(Change::Column { definition, fill })
    }

    /// The same, where rows that have nothing get `value`.
    pub fn column_or(self, definition: impl IntoColumnDef, value: impl Into<Expr>) -> Self {
        self.with(Change::Column {
            definition: definition.into_column_def(),
            fill: Some(value.into()),
        })
    }

    /// Adds a foreign key; every row must meet it.
    pub fn add_foreign_key(self, key: &mut ForeignKeyCreateStatement) -> Self {
        self.with(Change::AddForeignKey(key.take()))
    }

    /// Drops a foreign key: PostgreSQL knows it by its name, SQLite by its columns.
    pub fn drop_foreign_key(self, name: &'static str, columns: &'static [&'static str]) -> Self {
        self.with(Change::DropForeignKey { name, columns })
    }

    /// Makes the changes, in their order.
    pub async fn apply(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            for change in &self.changes {
                fill(manager, self.table, change).await?;
            }
            return rebuild::table(manager.get_connection(), self.table, &self.changes).await;
        }
        for change in &self.changes {
            in_place(manager, self.table, change).await?;
        }
        Ok(())
    }

    fn with(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}

/// Gives rows a value in a column that becomes not null.
async fn fill(
    manager: &SchemaManager<'_>,
    table: &'static str,
    change: &Change,
) -> Result<(), DbErr> {
    let Change::Column {
        definition,
        fill: Some(value),
    } = change
    else {
        return Ok(());
    };
    if definition.get_column_spec().nullable != Some(false) {
        return Ok(());
    }
    let column = definition.get_column_name();
    let update = Query::update()
        .table(table)
        .value(column.clone(), value.clone())
        .and_where(Expr::col(column).is_null())
        .take();
    // With the value in its text: a statement that was prepared when the column had another type
    // would be used again.
    let sql = match manager.get_database_backend() {
        DbBackend::Postgres => update.to_string(PostgresQueryBuilder),
        _ => update.to_string(SqliteQueryBuilder),
    };
    let db = manager.get_connection();
    db.execute_unprepared(&sql).await.map(drop)
}

async fn in_place(
    manager: &SchemaManager<'_>,
    table: &'static str,
    change: &Change,
) -> Result<(), DbErr> {
    let mut alter = Table::alter();
    alter.table(table);
    match change {
        Change::AddColumn(definition) => alter.add_column(definition.clone()),
        Change::AddForeignKey(key) => return manager.create_foreign_key(key.clone()).await,
        Change::DropForeignKey { name, .. } => alter.drop_foreign_key(*name),
        Change::Column { definition, .. } => {
            let column = definition.get_column_name();
            // The old default need not fit the new type.
            let drop = format!(r#"ALTER TABLE "{table}" ALTER COLUMN "{column}" DROP DEFAULT"#);
            manager.get_connection().execute_unprepared(&drop).await?;
            let mut retype = Table::alter();
            retype.table(table).modify_column(typed(definition));
            manager.alter_table(retype).await?;
            fill(manager, table, change).await?;
            alter.modify_column(rest(definition))
        }
    };
    manager.alter_table(alter).await
}

/// The column's type alone. What PostgreSQL does not convert by itself is cast, but for texts: a
/// cast would cut them off where they are too long.
fn typed(definition: &ColumnDef) -> ColumnDef {
    let name = definition.get_column_name();
    let Some(kind) = definition.get_column_type() else {
        return ColumnDef::new(name);
    };
    let mut column = ColumnDef::new_with_type(name.clone(), kind.clone());
    let cast = match kind {
        ColumnType::Text | ColumnType::String(_) | ColumnType::Char(_) => return column,
        ColumnType::Integer => "integer",
        ColumnType::SmallInteger | ColumnType::TinyInteger => "smallint",
        ColumnType::BigInteger => "bigint",
        ColumnType::Boolean => "boolean",
        ColumnType::Uuid => "uuid",
        ColumnType::Date => "date",
        ColumnType::TimestampWithTimeZone => "timestamptz",
        ColumnType::Json => "json",
        ColumnType::JsonBinary => "jsonb",
        ColumnType::Float => "real",
        ColumnType::Double => "double precision",
        _ => return column,
    };
    column.using(Expr::col(name).cast_as(cast)).take()
}

/// The column's null and default alone.
fn rest(definition: &ColumnDef) -> ColumnDef {
    let mut column = ColumnDef::new(definition.get_column_name());
    let spec = definition.get_column_spec();
    if spec.nullable == Some(false) {
        column.not_null();
    } else {
        column.null();
    }
    if let Some(default) = &spec.default {
        column.default(default.clone());
    }
    column
}
