//! Which addresses are pages, and which may be gone to after signing in.

use form_urlencoded::Serializer;

/// Whether the address belongs to a page for people; the rest answers programs.
pub fn is_page(path: &str) -> bool {
    let within =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    !within("/api") && !within("/health")
}

/// The address, if it is a page of this server: never another host, never an answer for programs.
pub fn local_path(address: &str) -> Option<&str> {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let local = address.starts_with('/') && !address.starts_with("//");
    let path = address.split(['?', '#']).next().unwrap_or_default();
    (plain && local && is_page(path)).then_some(address)
}

/// The path with these query parameters, encoded.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    if parameters.is_empty() {
        return path.to_owned();
    }
    let query = Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{path}?{query}")
}
