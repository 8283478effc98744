//! Types of ours as columns of the database.

/// A stored text that stands for nothing: somebody wrote to the table by hand.
#[derive(Debug, thiserror::Error)]
#[error("unknown {0}")]
pub struct Unknown(pub &'static str);

/// Stores a type as another that the database knows: `stored_as!(Status, String)` asks for
/// `From<Status> for String` and `TryFrom<String> for Status`. `stored_as!(Status, text)`, for an
/// enum without fields, makes both from `Status::ALL` and `Status::as_str`.
#[macro_export]
macro_rules! stored_as {
    ($type:ty, text) => {
        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.as_str().to_owned()
            }
        }

        impl TryFrom<String> for $type {
            type Error = $crate::stored::Unknown;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                let known = Self::ALL.into_iter().find(|one| one.as_str() == text);
                known.ok_or($crate::stored::Unknown(stringify!($type)))
            }
        }

        $crate::stored_as!($type, String);
    };
    ($type:ty, $stored:ty) => {
        impl From<$type> for sea_orm::Value {
            fn from(value: $type) -> Self {
                <$stored>::from(value).into()
            }
        }

        impl sea_orm::TryGetable for $type {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let stored = <$stored as sea_orm::TryGetable>::try_get_by(row, index)?;
                <$type>::try_from(stored).map_err(|error| {
                    sea_orm::TryGetError::DbErr(sea_orm::DbErr::Type(error.to_string()))
                })
            }
        }

        impl sea_orm::sea_query::ValueType for $type {
            fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                let stored = <$stored as sea_orm::sea_query::ValueType>::try_from(value)?;
                <$type as TryFrom<$stored>>::try_from(stored)
                    .map_err(|_| sea_orm::sea_query::ValueTypeErr)
            }

            fn type_name() -> String {
                stringify!($type).to_owned()
            }

            fn array_type() -> sea_orm::sea_query::ArrayType {
                <$stored as sea_orm::sea_query::ValueType>::array_type()
            }

            fn column_type() -> sea_orm::sea_query::ColumnType {
                <$stored as sea_orm::sea_query::ValueType>::column_type()
            }
        }

        impl sea_orm::sea_query::Nullable for $type {
            fn null() -> sea_orm::Value {
                <$stored as sea_orm::sea_query::Nullable>::null()
            }
        }
    };
}
