//! An id in a path.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use crate::{
    ids::{Id, Identified},
    openapi::{Describe, Operation},
    problem::{Code, FieldError, Problem},
};

/// The id of a `T` from the path parameter that [`Identified::PARAMETER`] names. 400 when it is no
/// UUID.
pub struct PathId<T>(pub Id<T>);

impl<T: Identified> FromRequest for PathId<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get(T::PARAMETER).unwrap_or_default();
        ready(
            text.parse()
                .map(Self)
                .map_err(|_| malformed(T::PARAMETER, text)),
        )
    }
}

impl<T: Identified> Describe for PathId<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.path_parameter::<Id<T>>(T::PARAMETER);
        operation.fails(Code::BadRequest);
    }
}

fn malformed(parameter: &str, text: &str) -> Problem {
    Problem::bad_request(format!("Invalid {parameter} format, expected UUID"))
        .with_field(FieldError::new(parameter, "must be a UUID").value(text))
}
