//! One request and its response: the request in the form of Postrust, the response in that of PostgREST.

// A refusal is a whole response, created once per request.
#![allow(clippy::result_large_err)]

use crate::answer::{
    count_written, denied, forbid, invalid_token, name_charset, no_column, no_description,
    no_limit_of_affected, not_supported, reason, refusal, too_complex, too_large,
    unreachable_database,
};
use crate::arguments;
use crate::bounded::ANSWER_TOO_LARGE;
use crate::bounds::{self, TooComplex};
use crate::database::{Database, Reading, Writing};
use crate::embedded;
use crate::limits::{self, Sender};
use crate::negotiation::negotiated;
use crate::patterns;
use crate::query::{self, Rows, Unanswerable};
use crate::rest::Rest;
use crate::seats::Seats;
use crate::tokens;
use crate::windows::{Admission, Counter};
use crate::work;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{self, HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use postrust_core::api_request::query_params::parse_select;
use postrust_core::api_request::{
    QualifiedIdentifier, QueryParams, SelectItem, parse_query_params,
};
use postrust_core::{Routine, SchemaCache, Table};
use std::sync::Arc;

const CSV: HeaderValue = HeaderValue::from_static("text/csv; charset=utf-8");

type Refused = Response<Body>;

/// The services that a request needs, and its sender.
struct Desk<'a> {
    rest: Arc<Rest>,
    counter: &'a Counter,
    seats: &'a Seats,
    sender: Sender,
}

/// Responds to a request unless its caller has used up a limit: on reads, or on failed writes.
pub async fn answer(
    rest: Arc<Rest>,
    counter: &Counter,
    seats: &Seats,
    request: Request,
) -> Response<Body> {
    let target = Target::by(&request, &rest.config().db_schemas);
    let calls_reader = target.calls_reader(&rest).await;
    let sender = Sender::of(&rest, &target.headers).await;
    let desk = Desk { rest, counter, seats, sender };
    match target.reads() || calls_reader {
        true => read(desk, target, calls_reader, request).await,
        false => write(desk, target, request).await,
    }
}

async fn read(
    desk: Desk<'_>,
    target: Target,
    calls_reader: bool,
    request: Request,
) -> Response<Body> {
    let counted = match limits::counted_before(&target.headers) {
        true => None,
        false => limits::admit(desk.counter, &desk.rest, &desk.sender, target.function()),
    };
    match counted {
        Some(admission) if !admission.admitted => refused(&desk, admission, request).await,
        Some(admission) => {
            let mut response = admitted(&desk, target, calls_reader, request).await;
            admission.add_headers(response.headers_mut());
            response
        }
        None => admitted(&desk, target, calls_reader, request).await,
    }
}

/// Returns whether a request that another server responds to counts as a read.
pub async fn reads<B>(rest: &Rest, request: &http::Request<B>) -> bool {
    let target = Target::by(request, &rest.config().db_schemas);
    target.reads() || target.calls_reader(rest).await
}

/// Returns the function that a request calls; none for tables.
pub fn function<B>(rest: &Rest, request: &http::Request<B>) -> Option<String> {
    Target::by(request, &rest.config().db_schemas).function().map(str::to_string)
}

/// The database counts committed writes. This process counts failed ones, except those that the database
/// refused because of a limit.
async fn write(desk: Desk<'_>, target: Target, request: Request) -> Response<Body> {
    let entered = match limits::enter(desk.counter, &desk.rest, &desk.sender) {
        Some(Err(admission)) => return refused(&desk, admission, request).await,
        Some(Ok(entered)) => entered,
        None => return admitted(&desk, target, false, request).await,
    };
    let mut response = admitted(&desk, target, false, request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let failed = is_error && status != StatusCode::TOO_MANY_REQUESTS;
    if let Some(admission) = entered.ended(failed) {
        admission.add_headers(response.headers_mut());
    }
    response
}

async fn refused(desk: &Desk<'_>, admission: Admission, request: Request) -> Response<Body> {
    work::discard(request.into_body(), desk.rest.config().max_body_size).await;
    admission.refused()
}

async fn admitted(
    desk: &Desk<'_>,
    target: Target,
    calls_reader: bool,
    request: Request,
) -> Response<Body> {
    let rest = desk.rest.clone();
    let longest = rest.config().max_body_size;
    let work = async move |request: http::Request<Bytes>| {
        if let Err(refused) = target.check(request.body()) {
            return too_complex(refused);
        }
        let served = served(rest, request, calls_reader).await;
        served.unwrap_or_else(|refused| refused)
    };
    work::done(desk.seats, &desk.sender.caller, longest, request, work).await
}

async fn served(
    rest: Arc<Rest>,
    request: http::Request<Bytes>,
    calls_reader: bool,
) -> Result<Response<Body>, Refused> {
    tokens::check(request.headers()).map_err(invalid_token)?;
    if request.uri().path() == "/" && request.method() == Method::GET {
        return Err(no_description());
    }
    query::check_given_once(request.uri().query().unwrap_or_default()).map_err(unanswerable)?;
    let schemas = &rest.config().db_schemas;
    let calls = Target::by(&request, schemas).calls;
    let (request, limits_affected) = {
        let schema = rest.schema().await;
        negotiated(request, calls, &schema.timezones)?
    };
    let target = Target::by(&request, schemas);
    if limits_affected && calls && !rest.returns_sets(&target.resource).await {
        return Err(no_limit_of_affected());
    }
    let mut reading = target.reading(calls_reader);
    let (request, schema) = as_postrust_reads_it(&rest, &target, request, &mut reading).await?;
    let database = Database::new(rest.pool().clone(), reading);
    let state = rest.clone().answering(target.writes(), schema, database);
    let mut response = postrust_engine::handle(&state, request).await;
    if let Some(refused) = refused_as_postgrest(&rest, &target, &mut response).await {
        return Err(refused);
    }
    if let Some(rows) = state.database.rows().filter(|_| target.counts_writes()) {
        count_written(&mut response, rows);
    }
    name_charset(&mut response);
    if let Some(csv) = state.database.csv().filter(|_| response.status().is_success()) {
        response.headers_mut().insert(header::CONTENT_TYPE, CSV);
        *response.body_mut() = csv.into();
    }
    Ok(response.map(Body::from))
}

/// The line and headers of a request.
struct Target {
    method: Method,
    calls: bool,
    resource: QualifiedIdentifier,
    query: String,
    headers: HeaderMap,
}

impl Target {
    fn by<B>(request: &http::Request<B>, schemas: &[String]) -> Self {
        let headers = request.headers().clone();
        let path = request.uri().path().trim_matches('/');
        let function = path.strip_prefix("rpc/");
        let name = percent_decode_str(function.unwrap_or(path)).decode_utf8_lossy();
        let profile = ["accept-profile", "content-profile"]
            .iter()
            .find_map(|header| headers.get(*header)?.to_str().ok());
        let schema = profile.or(schemas.first().map(String::as_str));
        Self {
            method: request.method().clone(),
            calls: function.is_some(),
            resource: QualifiedIdentifier::new(schema.unwrap_or("public"), name),
            query: request.uri().query().unwrap_or_default().to_string(),
            headers,
        }
    }

    fn function(&self) -> Option<&str> {
        self.calls.then_some(self.resource.name.as_str())
    }

    /// Checks the bounds.
    fn check(&self, body: &[u8]) -> Result<(), TooComplex> {
        bounds::name(&self.resource.name)?;
        bounds::query(&self.query, self.writes())?;
        bounds::body(self.header(header::CONTENT_TYPE), body)
    }

    fn header(&self, name: header::HeaderName) -> &str {
        let value = self.headers.get(name).map(|value| value.to_str());
        value.and_then(Result::ok).unwrap_or_default()
    }

    fn reads(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// Returns whether the query may have arguments of a function.
    fn may_pass(&self) -> bool {
        self.calls && self.reads()
    }

    fn posts_call(&self) -> bool {
        self.calls && self.method == Method::POST
    }

    /// Returns whether it posts to a function that cannot write.
    async fn calls_reader(&self, rest: &Rest) -> bool {
        self.posts_call() && rest.never_writes(&self.resource).await
    }

    fn wants_csv(&self) -> bool {
        self.header(header::ACCEPT).starts_with("text/csv")
    }

    fn reading(&self, calls_reader: bool) -> Reading {
        let writing = match (self.writes(), self.wants_csv()) {
            (true, _) => Writing::Decoded,
            (false, true) => Writing::Csv,
            (false, false) => Writing::Json,
        };
        let parsed = self.header(header::ACCEPT).contains("stripped");
        let stand_ins = Default::default();
        Reading { writing, calls_reader, stand_ins, hidden: Vec::new(), parsed }
    }

    fn sends_json(&self) -> bool {
        let kind = self.header(header::CONTENT_TYPE);
        kind.is_empty() || kind.starts_with("application/json")
    }

    fn writes(&self) -> bool {
        !self.calls && !self.reads()
    }

    fn casts_written(&self) -> bool {
        let select = query::parameter(&self.query, "select");
        self.writes() && select.is_some_and(|select| select.contains("::"))
    }

    fn counts_writes(&self) -> bool {
        let preferences = self.headers.get("prefer").and_then(|value| value.to_str().ok());
        let is_counted = |preferences: &str| {
            preferences.contains("count=exact") || preferences.contains("count=estimated")
        };
        self.writes() && preferences.is_some_and(is_counted)
    }
}

async fn as_postrust_reads_it(
    rest: &Rest,
    target: &Target,
    mut request: http::Request<Bytes>,
    reading: &mut Reading,
) -> Result<(Request, Option<Box<SchemaCache>>), Refused> {
    if target.query.contains("%00") {
        let message = "The query holds a null character, which Postgres has in no text";
        return Err(refusal(StatusCode::BAD_REQUEST, "PGRST100", message, None));
    }
    if target.writes() && target.wants_csv() {
        return Err(not_supported("Written rows are not returned as CSV"));
    }
    let (overloads, own_schema) = {
        let schema = rest.schema().await;
        let (query, own_schema) = readable_query(target, &schema, reading).map_err(unanswerable)?;
        if !target.query.is_empty() {
            *request.uri_mut() = with_query(request.uri(), &query)?;
        }
        let overloads = schema.get_routines(&target.resource).filter(|_| target.calls).cloned();
        let overloads = overloads.unwrap_or_default();
        refuse_lost_shape(target, &query, &overloads, &schema)?;
        (overloads, own_schema)
    };
    if reading.writing == Writing::Csv {
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::ACCEPT, json);
    }
    Ok((with_values_apart(target, request, &overloads, reading), own_schema))
}

/// Returns the query in the form of Postrust, and the schema for this request if it needs one. Adds the
/// needs of the query to `reading`.
fn readable_query(
    target: &Target,
    schema: &SchemaCache,
    reading: &mut Reading,
) -> Result<(String, Option<Box<SchemaCache>>), Unanswerable> {
    let may_pass = target.may_pass();
    let Some(table) = table(target, schema) else {
        let text = query::normalized(&target.query, Rows { may_pass, ..Rows::default() })?.text;
        parsed(target, &text)?;
        return Ok((text, None));
    };
    let selects_nothing = query::parameter(&target.query, "select").is_some_and(|s| s.is_empty());
    let nothing = table.pk_cols.first().or(table.columns.keys().next());
    let nothing = nothing.filter(|_| selects_nothing).map(String::as_str);
    let read_from = Some(table).filter(|_| !target.writes());
    let normalized = query::normalized(&target.query, Rows { read_from, nothing, may_pass })?;
    let text = normalized.text;
    let Some(query) = parsed(target, &text)? else {
        return Ok((text, None)); // Postrust refuses it
    };
    if target.writes() {
        embedded::check_written(&query)?;
    }
    let rewritten = embedded::rewritten(schema, table, query.clone())?;
    if rewritten.schema.is_some() && target.writes() {
        return Err(Unanswerable::unsupported("What is related to written rows is not counted"));
    }
    let is_other = rewritten.select.is_some() || !normalized.ordering.is_empty();
    let mut select = rewritten.select.unwrap_or(query.select);
    reading.parsed |= spreads(&select);
    reading.hidden.extend(nothing.map(str::to_string));
    reading.hidden.extend(normalized.ordering.iter().filter_map(alias).cloned());
    if !reading.hidden.is_empty() && target.wants_csv() {
        return Err(Unanswerable::unsupported(
            "CSV has at least one column and is ordered by plain names that select gives to no other value",
        ));
    }
    if select.is_empty() && is_other {
        select.push(SelectItem::field("*"));
    }
    select.extend(normalized.ordering);
    let text = if is_other { query::with_select(&text, &select) } else { text };
    Ok((text, rewritten.schema))
}

fn alias(item: &SelectItem) -> Option<&String> {
    match item {
        SelectItem::Field { alias, .. } => alias.as_ref(),
        _ => None,
    }
}

/// Returns the query as Postrust parses it, if it can.
fn parsed(target: &Target, text: &str) -> Result<Option<QueryParams>, Unanswerable> {
    let query = parse_query_params(text, target.may_pass()).ok();
    let check = |query: &QueryParams| {
        patterns::check(query)?;
        bounds::repeated(&query.select)
    };
    query.iter().try_for_each(check).map_err(Unanswerable::Complex)?;
    Ok(query)
}

fn spreads(select: &[SelectItem]) -> bool {
    select.iter().any(|item| match item {
        SelectItem::SpreadRelation { .. } => true,
        SelectItem::Relation { select, .. } => spreads(select),
        SelectItem::Field { .. } => false,
    })
}

fn unanswerable(why: Unanswerable) -> Refused {
    match why {
        Unanswerable::Unsupported(reason) => not_supported(reason),
        Unanswerable::Unreadable(message) => {
            refusal(StatusCode::BAD_REQUEST, "PGRST100", &message, None)
        }
        Unanswerable::Complex(refused) => too_complex(refused),
        Unanswerable::NoColumn { relation, column } => no_column(&relation, &column),
    }
}

fn with_query(uri: &Uri, query: &str) -> Result<Uri, Refused> {
    let mut parts = uri.clone().into_parts();
    let target = format!("{}?{query}", uri.path()).parse();
    parts.path_and_query = Some(target.map_err(|_| {
        let message = "The query is longer than this server takes";
        refusal(StatusCode::URI_TOO_LONG, "PGRST100", message, None)
    })?);
    Ok(Uri::from_parts(parts).expect("only the query is another"))
}

/// Refuses select, filters, order, limit and CSV on a scalar: Postrust ignores them, and returns no CSV.
fn refuse_lost_shape(
    target: &Target,
    query: &str,
    overloads: &[Routine],
    schema: &SchemaCache,
) -> Result<(), Refused> {
    if !target.calls {
        return Ok(());
    }
    let shaped = query::shapes_result(query, target.may_pass());
    let tableless = |routine: &Routine| schema.returned_table(routine).is_none();
    match (shaped || target.wants_csv()) && overloads.iter().any(tableless) {
        true => Err(not_supported(
            "select, filters, order, limit and CSV work on functions that return rows",
        )),
        false => Ok(()),
    }
}

/// Returns the request with stand-ins in its body, and moves its values to `reading`.
fn with_values_apart(
    target: &Target,
    request: http::Request<Bytes>,
    overloads: &[Routine],
    reading: &mut Reading,
) -> Request {
    let sends_bytes = target.header(header::CONTENT_TYPE).starts_with("application/octet-stream");
    let kept = match (target.calls, target.sends_json()) {
        (true, true) => arguments::of_call(request.body(), overloads),
        (true, false) if sends_bytes => arguments::of_bytes(request.body(), overloads),
        (false, true) => arguments::of_write(request.body()),
        _ => None,
    };
    let Some((apart, stand_ins)) = kept.filter(|_| !target.reads()) else {
        return request.map(Body::from);
    };
    reading.stand_ins = stand_ins;
    let (mut parts, _) = request.into_parts();
    parts.headers.insert(header::CONTENT_LENGTH, apart.len().into());
    Request::from_parts(parts, Body::from(apart))
}

/// Returns the refusal of PostgREST if it differs from that of Postrust.
async fn refused_as_postgrest(
    rest: &Rest,
    target: &Target,
    response: &mut Response<Bytes>,
) -> Option<Refused> {
    let (code, message) = reason(response)?;
    match (code.as_str(), message.as_str()) {
        ("42501", _)
            if response.status() == StatusCode::UNAUTHORIZED
                && !rest.is_anonymous(&target.headers).await =>
        {
            forbid(response)
        }
        ("PGRST205", _) => {
            let kind = rest.withheld(&target.resource)?;
            let anonymous = rest.is_anonymous(&target.headers).await;
            return Some(denied(kind, &target.resource.name, anonymous));
        }
        ("PGRST204", "Column not found") => {
            let schema = rest.schema().await;
            let column = missing_column(table(target, &schema)?, &target.query)?;
            return Some(no_column(&target.resource.name, &column));
        }
        ("PGRST500", _) => return Some(unreachable_database()),
        ("PGRST900", _) if target.casts_written() => {
            return Some(not_supported(
                "The driver does not read a type that a written row is cast to",
            ));
        }
        ("54000" | "54001", _) => *response.status_mut() = StatusCode::BAD_REQUEST,
        (ANSWER_TOO_LARGE, _) => return Some(too_large()),
        ("22P02", message) if message.contains(ANSWER_TOO_LARGE) => return Some(too_large()),
        _ => {}
    }
    None
}

/// Returns the table whose columns a request selects.
fn table<'a>(target: &Target, schema: &'a SchemaCache) -> Option<&'a Table> {
    match target.calls {
        true => schema.routine_returned_table(&target.resource),
        false => schema.get_table(&target.resource),
    }
}

fn missing_column(table: &Table, query: &str) -> Option<String> {
    let known = |name: &str| {
        matches!(name, "*" | "" | "count")
            || table.has_column(name)
            || table.get_computed_column(name).is_some()
    };
    let select = query::parameter(query, "select")?;
    parse_select(&select).ok()?.into_iter().find_map(|item| match item {
        SelectItem::Field { field, .. } if !known(&field.name) => Some(field.name),
        _ => None,
    })
}
