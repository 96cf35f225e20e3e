//! Access tokens that are ours, and all that are not.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{Duration, NaiveDateTime};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use xuekang::access::token::{TokenFault, Tokens, new_refresh_token, refresh_hash, temporary_password};
use xuekang::kernel::ids::Id;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

fn now() -> NaiveDateTime {
    "2026-10-19T02:00:00".parse().unwrap()
}

fn tokens() -> Tokens {
    Tokens::new(SECRET, 10)
}

fn issued() -> String {
    tokens().issue(Id::from_raw(3), Id::from_raw(4), now()).unwrap().expose_secret().to_owned()
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn signed(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn check(token: &str) -> Result<(), TokenFault> {
    tokens().check(token, now()).map(|_| ())
}

#[test]
fn a_token_says_who_and_which_session_and_no_role() {
    let claims = claims_of(&issued());
    let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "jti", "sid", "sub"]);
    let known = tokens().check(&issued(), now()).unwrap();
    assert_eq!((known.sub.raw(), known.sid.raw()), (3, 4));
}

#[test]
fn two_tokens_of_one_session_differ() {
    assert_ne!(issued(), issued());
}

#[test]
fn a_token_lives_ten_minutes_to_the_second() {
    let token = issued();
    assert!(tokens().check(&token, now() + Duration::seconds(599)).is_ok());
    assert_eq!(tokens().check(&token, now() + Duration::seconds(600)), Err(TokenFault::Expired));
}

#[test]
fn an_unsigned_token_is_refused() {
    let claims = claims_of(&issued());
    let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "typ": "JWT" }).to_string());
    let body = URL_SAFE_NO_PAD.encode(claims.to_string());
    for end in ["", ".", ".AAAA"] {
        assert_eq!(check(&format!("{head}.{body}{end}")), Err(TokenFault::Invalid));
    }
    let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "NONE" }).to_string());
    assert_eq!(check(&format!("{head}.{body}.")), Err(TokenFault::Invalid));
}

#[test]
fn a_token_signed_by_another_key_or_algorithm_is_refused() {
    let claims = claims_of(&issued());
    assert_eq!(check(&signed(Algorithm::HS256, SECRET, &claims)), Ok(()));
    assert_eq!(
        check(&signed(Algorithm::HS256, b"another secret of thirty-two by.", &claims)),
        Err(TokenFault::Invalid)
    );
    assert_eq!(check(&signed(Algorithm::HS384, SECRET, &claims)), Err(TokenFault::Invalid));
    assert_eq!(check(&signed(Algorithm::HS512, SECRET, &claims)), Err(TokenFault::Invalid));
}

#[test]
fn a_token_for_somebody_else_or_from_somebody_else_is_refused() {
    for (claim, value) in
        [("aud", json!("other")), ("iss", json!("other")), ("sub", json!("x")), ("exp", json!("soon"))]
    {
        let mut claims = claims_of(&issued());
        claims[claim] = value;
        assert_eq!(check(&signed(Algorithm::HS256, SECRET, &claims)), Err(TokenFault::Invalid), "{claim}");
    }
    for claim in ["aud", "iss", "sub", "sid", "jti", "exp"] {
        let mut claims = claims_of(&issued());
        claims.as_object_mut().unwrap().remove(claim);
        assert_eq!(check(&signed(Algorithm::HS256, SECRET, &claims)), Err(TokenFault::Invalid), "{claim}");
    }
}

#[test]
fn a_token_with_any_letter_changed_is_refused() {
    let token = issued();
    let last_bits_unused = token.len() - 1;
    for place in (0..last_bits_unused).filter(|place| token.as_bytes()[*place] != b'.') {
        let mut bytes = token.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(check(&changed), Err(TokenFault::Invalid), "letter {place}");
    }
}

#[test]
fn rubbish_is_no_token() {
    for rubbish in ["", ".", "..", "a.b.c", "Bearer", "💥.💥.💥"] {
        assert_eq!(check(rubbish), Err(TokenFault::Invalid));
    }
}

#[test]
fn a_refresh_token_has_256_bits_and_is_kept_as_a_hash() {
    let token = new_refresh_token().unwrap();
    assert_eq!(URL_SAFE_NO_PAD.decode(token.expose_secret()).unwrap().len(), 32);
    let hash = refresh_hash(&token);
    assert_eq!(hash.len(), 64);
    assert!(!hash.contains(token.expose_secret()));
    assert_ne!(hash, refresh_hash(&new_refresh_token().unwrap()));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let token = new_refresh_token().unwrap();
    assert!(!format!("{token:?}").contains(token.expose_secret()));
    assert_eq!(format!("{:?}", tokens()), "Tokens(..)");
    assert_eq!(temporary_password().unwrap().expose_secret().len(), 16);
}
