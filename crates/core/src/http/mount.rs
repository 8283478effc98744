//! From a list of routes to actix scopes: one scope for each first segment below the prefix, one
//! resource for each path in it, with `OPTIONS` and 405 answered from what is mounted.

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse,
    http::{Method, header},
    web,
};

use super::Route;
use crate::{problem::Problem, scopes::KeyRules};

/// Mounts `routes`.
pub(super) fn mount(routes: &[Route], config: &mut web::ServiceConfig) {
    let mut scopes: BTreeMap<&str, BTreeMap<&str, Vec<&Route>>> = BTreeMap::new();
    for route in routes {
        let scope = scopes.entry(scope_of(route.path())).or_default();
        scope.entry(route.path()).or_default().push(route);
    }
    for (prefix, resources) in scopes {
        let mut resources: Vec<(&str, Vec<&Route>)> = resources.into_iter().collect();
        // Static segments before parameters: `/users/me` would else be a user id.
        resources.sort_by_key(|(path, _)| path.replace('{', "\u{7f}"));
        let resources = resources
            .into_iter()
            .map(|(path, routes)| resource(&path[prefix.len()..], &routes));
        if prefix.is_empty() {
            for resource in resources {
                config.service(resource);
            }
        } else {
            config.service(resources.fold(web::scope(prefix), actix_web::Scope::service));
        }
    }
}

/// `/api/v1` and one segment more. Routes outside of it are few, and stand on their own: a scope
/// `/api` for `/api/health` would catch everything below it.
fn scope_of(path: &str) -> &str {
    let Some(rest) = path.strip_prefix(super::PREFIX) else {
        return "";
    };
    let first = rest
        .trim_start_matches('/')
        .find('/')
        .map_or(rest.len(), |end| end + 1);
    &path[..super::PREFIX.len() + first]
}

fn resource(path: &str, routes: &[&Route]) -> actix_web::Resource {
    let allow = allow(routes);
    let mut resource = web::resource(path).app_data(KeyRules::of_routes(routes));
    for route in routes {
        resource = resource.route(route.mount());
    }
    resource.default_service(web::to(move |method: Method| {
        let allow = allow.clone();
        async move {
            if method == Method::OPTIONS {
                return HttpResponse::NoContent()
                    .insert_header((header::ALLOW, allow))
                    .finish();
            }
            HttpResponse::from_error(Problem::method_not_allowed(allow))
        }
    }))
}

/// What `Allow` says (RFC 9110, 10.2.1).
fn allow(routes: &[&Route]) -> String {
    let mut methods: Vec<&str> = routes.iter().map(|route| route.method().as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    methods.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_the_first_segment_below_the_prefix() {
        assert_eq!(
            scope_of("/api/v1/projects/{project_id}/tasks"),
            "/api/v1/projects"
        );
        assert_eq!(scope_of("/api/v1/projects"), "/api/v1/projects");
        assert_eq!(scope_of("/api/v1/health/"), "/api/v1/health");
        assert_eq!(scope_of("/openapi.json"), "");
        assert_eq!(scope_of("/api/health"), "");
    }
}
