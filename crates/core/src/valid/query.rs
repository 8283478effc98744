//! Query parameters that have been checked; a name that is not known is refused, not ignored.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::parameters::Parameters;
use crate::{
    openapi::{Describe, Operation},
    problem::{Code, FieldError, Problem},
};

/// A `T` from the query. Every field of `T` is optional (`#[serde(default, deny_unknown_fields)]`);
/// 422 for an unknown or repeated name, a value of the wrong type, or a broken rule.
#[derive(Debug)]
pub struct ValidQuery<T>(pub T);

impl<T> FromRequest for ValidQuery<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
{
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut errors = Vec::new();
        let parameters = Parameters::parse(request.query_string(), &mut errors);
        ready(parse_filters(&parameters, errors).map(Self))
    }
}

impl<T: JsonSchema> Describe for ValidQuery<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query_parameters::<T>();
        operation.fails(Code::ValidationError);
    }
}

/// The filters among `parameters`, or a 422 with every error, those in `errors` first.
pub(crate) fn parse_filters<T>(
    parameters: &Parameters<'_>,
    errors: Vec<FieldError>,
) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate<Context = ()>,
{
    parameters.decode(errors, "is not a parameter of this list")
}
