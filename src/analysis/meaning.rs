//! What a setting's text means, so that two texts that mean the same are the same: `1` and `ON`, `134217728` and `128MB`,
//! a list in another order, a key of each account's own. What two meanings are to each other is `same`'s.

use super::formula::{self, Machine, Read};
use super::own_names::NamedText;
use super::variables::{Formula, Members, Template};

/// What a text means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning {
    /// The group says nothing of the parameter, and the engine's own default holds.
    EnginesOwn,
    Number(f64),
    /// An amount in its smallest unit: bytes or microseconds.
    Amount(f64),
    Truth(bool),
    /// Words whose order means nothing, sorted.
    Words(Vec<NamedText>),
    Text(NamedText),
    Formula(Formula),
    /// A text with variables in it.
    Template(Template),
    Key(Key),
    /// The security groups of a network; a baseline's are of none, and only how many they are is known.
    Groups {
        vpc: String,
        ids: Vec<String>,
    },
}

impl Meaning {
    /// Whether the database's own name, account or region is in it.
    pub fn has_own_names(&self) -> bool {
        match self {
            Meaning::Text(text) => text.has_own(),
            Meaning::Words(words) => words.iter().any(NamedText::has_own),
            _ => false,
        }
    }
}

/// A key of KMS, as far as it can be told without asking KMS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Of the database's own account: its own, or AWS's default for the account.
    OfTheAccount,
    /// AWS's default for the account.
    AwsDefault,
    /// By an alias of the account's own.
    Alias(String),
    OfAnother(String),
}

/// Of whom a setting is: what its text is read with.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    pub account_id: String,
    pub region: String,
    pub identifier: String,
    pub engine: String,
    pub class: String,
    pub vpc: String,
    pub machine: Machine,
    pub storage: String,
    pub port: String,
    /// Of what it is a replica.
    pub source: String,
    /// What its database is called within; empty where that is not known.
    pub db_name: String,
    /// The cores and threads that somebody has chosen; empty where the class has its own.
    pub processors: String,
    /// What it is in its cluster, where whether it is a replica follows from that.
    pub role: Option<String>,
    /// Why the class is not known.
    pub no_class: Option<String>,
    pub members: Members,
}

/// Reads a parameter's value.
pub fn of_parameter(
    name: &str,
    data_type: &str,
    allowed: &str,
    text: Option<&str>,
    owner: &Owner,
) -> Meaning {
    let Some(text) = text else { return Meaning::EnginesOwn };
    let is_text = !matches!(data_type, "integer" | "float" | "boolean");
    match formula::read(text, is_text) {
        Read::Plain => plain(name, data_type, allowed, text, owner),
        Read::Formula(read) => {
            let unit = unit(name, &owner.engine).unwrap_or(1.0);
            Meaning::Formula(Formula::of(text, read, unit, owner))
        }
        Read::Template(template) => {
            let mut read = Template::of(template, owner);
            read.value =
                read.filled.text().map(|text| Box::new(plain(name, data_type, allowed, &text, owner)));
            Meaning::Template(read)
        }
    }
}

/// Reads a value that AWS neither computes nor fills in.
fn plain(name: &str, data_type: &str, allowed: &str, text: &str, owner: &Owner) -> Meaning {
    let unit = unit(name, &owner.engine);
    let trimmed = text.trim();
    if data_type == "boolean"
        && let Some(truth) = truth_or_digit(trimmed)
    {
        return Meaning::Truth(truth);
    }
    let named = chosen(trimmed, allowed, owner);
    let is_number = matches!(data_type, "integer" | "float");
    // An account's number is its name, unless the parameter takes nothing but numbers.
    if (is_number || !named.has_own())
        && let Some(quantity) = quantity(trimmed, unit, &owner.engine)
    {
        return quantity;
    }
    if !is_number && let Some(truth) = truth(trimmed) {
        return Meaning::Truth(truth);
    }
    of_named_parameter(name, data_type, &named, allowed)
}

/// A number, or an amount with a unit of its own or its parameter's.
fn quantity(text: &str, unit: Option<f64>, engine: &str) -> Option<Meaning> {
    if let Some(amount) = amount(text, unit, engine) {
        return Some(Meaning::Amount(amount));
    }
    Some(match (number(text)?, unit) {
        // What is below 0 is a word for "off" or "as the engine likes", not an amount.
        (number, Some(unit)) if number >= 0.0 => Meaning::Amount(number * unit),
        (number, _) => Meaning::Number(number),
    })
}

/// Reads a parameter's value that is neither a formula nor a number: a text or a list of words.
pub fn of_named_parameter(name: &str, data_type: &str, text: &NamedText, allowed: &str) -> Meaning {
    let is_list = data_type == "list" || SETS.contains(&name);
    if !is_list || ORDERED.contains(&name) {
        return Meaning::Text(text.clone());
    }
    let items = text.split_commas().into_iter();
    // The engine's own words are nobody's names, whichever list they are in.
    let item = |item: NamedText| {
        if item.is_verbatim() && is_of(item.text(), allowed) { NamedText::plain(item.text()) } else { item }
    };
    Meaning::Words(words(items.map(item).map(|item| item.in_small_letters())))
}

/// Reads a text member of a database.
pub fn of_text(member: &str, text: &str, owner: &Owner) -> Meaning {
    if member.to_ascii_lowercase().ends_with("kmskeyid") {
        return Meaning::Key(key(text, owner));
    }
    // Whose replica it is, is a name of its own.
    if member.starts_with("ReadReplicaSource") {
        return Meaning::Text(NamedText::plain("a replica"));
    }
    if member.ends_with("Window") {
        return Meaning::Text(NamedText::plain(text.trim().to_lowercase()));
    }
    Meaning::Text(of_member(member, text, owner))
}

/// The text of a member, or of an item of its list.
pub fn of_member(member: &str, text: &str, owner: &Owner) -> NamedText {
    match has_names(member) || text.contains("arn:") {
        true => NamedText::find(text, owner),
        false => NamedText::plain(text),
    }
}

/// Reads the value of an option's setting, by what AWS says of the setting.
pub fn of_option(data_type: &str, allowed: &str, is_collection: bool, text: &str, owner: &Owner) -> Meaning {
    if is_collection {
        let items = text.split(',').map(|item| chosen(item.trim(), allowed, owner));
        return Meaning::Words(words(items));
    }
    let trimmed = text.trim();
    let data_type = data_type.to_ascii_lowercase();
    let are_truths = !allowed.is_empty() && allowed.split(',').all(|word| truth(word.trim()).is_some());
    let truth = match data_type.as_str() {
        "boolean" => truth_or_digit(trimmed),
        _ if are_truths => truth(trimmed),
        _ => None,
    };
    let is_number = ["integer", "long", "float", "double", "number"].contains(&data_type.as_str());
    match (truth, number(trimmed).filter(|_| is_number)) {
        (Some(truth), _) => Meaning::Truth(truth),
        (None, Some(number)) => Meaning::Number(number),
        (None, None) => Meaning::Text(chosen(text, allowed, owner)),
    }
}

/// A text that somebody chose: where it is one of the words that are allowed, it is the engine's and nobody's name.
fn chosen(text: &str, allowed: &str, owner: &Owner) -> NamedText {
    if is_of(text, allowed) { NamedText::plain(text) } else { NamedText::find(text, owner) }
}

fn is_of(text: &str, allowed: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && allowed.split(',').any(|word| word.trim().eq_ignore_ascii_case(text))
}

/// Words whose order means nothing, each once.
pub fn words(words: impl Iterator<Item = NamedText>) -> Vec<NamedText> {
    let mut words: Vec<NamedText> = words.filter(|word| !word.is_empty()).collect();
    words.sort_by(|one, other| (one.text(), one.pieces()).cmp(&(other.text(), other.pieces())));
    words.dedup();
    words
}

/// Whether a member's text may be a name that somebody gave, or have one in it. All others are AWS's words: that a
/// database is called `gp3` says nothing of its storage.
fn has_names(member: &str) -> bool {
    let last = member.rsplit('.').next().unwrap_or_default();
    let is_aws_word = ["CharacterSetName", "CACertificateIdentifier", "CAIdentifier", "FeatureName"];
    member.starts_with("TagList")
        || GIVEN.iter().any(|end| last.ends_with(end)) && !is_aws_word.iter().any(|end| last.ends_with(end))
}

/// How the members end whose texts are names, or have names in them.
const GIVEN: [&str; 19] = [
    "Name",
    "Names",
    "Identifier",
    "Identifiers",
    "Arn",
    "ARN",
    "Id",
    "Address",
    "Endpoint",
    "Endpoints",
    "Zone",
    "Zones",
    "Region",
    "Username",
    "Description",
    "FQDN",
    "Fqdn",
    "OU",
    "Profile",
];

fn key(text: &str, owner: &Owner) -> Key {
    let name = text.rsplit(':').next().unwrap_or_default();
    if let Some(alias) = name.strip_prefix("alias/") {
        return match alias.strip_prefix("aws/") {
            Some(_) => Key::AwsDefault,
            None => Key::Alias(alias.to_owned()),
        };
    }
    // arn:aws:kms:REGION:ACCOUNT:key/ID
    match text.split(':').nth(4) {
        Some(account) if account != owner.account_id => Key::OfAnother(account.to_owned()),
        _ => Key::OfTheAccount,
    }
}

pub(super) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// A truth value, which may be a digit where it is known to be one.
pub(super) fn truth_or_digit(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        text => truth(text),
    }
}

fn number(text: &str) -> Option<f64> {
    let looks_like_one = text.starts_with(|letter: char| letter.is_ascii_digit() || "+-.".contains(letter));
    text.parse().ok().filter(|number: &f64| looks_like_one && number.is_finite())
}

const KIB: f64 = 1024.0;
const MILLISECOND: f64 = 1000.0;
const SECOND: f64 = 1_000_000.0;

/// A number with a unit of its own. What an `M` is depends on the engine: PostgreSQL has no such unit, and in its times
/// a minute is `min`.
fn amount(text: &str, unit: Option<f64>, engine: &str) -> Option<f64> {
    let end = text.find(|letter: char| letter.is_ascii_alphabetic())?;
    let number = number(text[..end].trim())?;
    let suffix = &text[end..];
    let is_postgres = engine.contains("postgres");
    let of_bytes = match suffix.to_ascii_uppercase().as_str() {
        "B" => 1.0,
        "KB" => KIB,
        "MB" => KIB * KIB,
        "GB" => KIB * KIB * KIB,
        "TB" => KIB * KIB * KIB * KIB,
        "K" if !is_postgres => KIB,
        "M" if !is_postgres => KIB * KIB,
        "G" if !is_postgres => KIB * KIB * KIB,
        "T" if !is_postgres => KIB * KIB * KIB * KIB,
        _ => 0.0,
    };
    if of_bytes > 0.0 {
        return Some(number * of_bytes);
    }
    // Times are only written with units where the parameter is one.
    unit.filter(|_| is_postgres)?;
    let of_time = match suffix {
        "us" => 1.0,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "min" => 60.0 * SECOND,
        "h" => 3600.0 * SECOND,
        "d" => 86_400.0 * SECOND,
        _ => return None,
    };
    Some(number * of_time)
}

/// The unit in which a parameter's plain number is, where it is not 1: PostgreSQL's, from the column `unit` of its view
/// `pg_settings`. Those of MySQL, MariaDB and Oracle are bytes, or have their unit in the name.
fn unit(name: &str, engine: &str) -> Option<f64> {
    if !engine.contains("postgres") {
        return None;
    }
    UNITS.iter().find(|(_, names)| names.contains(&name)).map(|(unit, _)| *unit)
}

const UNITS: &[(f64, &[&str])] = &[
    (
        8.0 * KIB,
        &[
            "shared_buffers",
            "effective_cache_size",
            "temp_buffers",
            "wal_buffers",
            "min_parallel_table_scan_size",
            "min_parallel_index_scan_size",
            "backend_flush_after",
            "bgwriter_flush_after",
            "checkpoint_flush_after",
            "wal_writer_flush_after",
        ],
    ),
    (
        KIB,
        &[
            "work_mem",
            "maintenance_work_mem",
            "autovacuum_work_mem",
            "logical_decoding_work_mem",
            "temp_file_limit",
            "log_temp_files",
            "max_stack_depth",
            "gin_pending_list_limit",
            "log_rotation_size",
            "wal_skip_threshold",
            "vacuum_buffer_usage_limit",
        ],
    ),
    (
        KIB * KIB,
        &[
            "max_wal_size",
            "min_wal_size",
            "wal_keep_size",
            "max_slot_wal_keep_size",
            "min_dynamic_shared_memory",
        ],
    ),
    (1.0, &["wal_decode_buffer_size", "track_activity_query_size"]),
    (
        MILLISECOND,
        &[
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "idle_session_timeout",
            "deadlock_timeout",
            "log_min_duration_statement",
            "log_min_duration_sample",
            "log_autovacuum_min_duration",
            "autovacuum_vacuum_cost_delay",
            "vacuum_cost_delay",
            "bgwriter_delay",
            "max_standby_archive_delay",
            "max_standby_streaming_delay",
            "wal_receiver_timeout",
            "wal_sender_timeout",
            "wal_retrieve_retry_interval",
            "wal_writer_delay",
            "client_connection_check_interval",
            "log_startup_progress_interval",
            "tcp_user_timeout",
            "transaction_timeout",
        ],
    ),
    (
        SECOND,
        &[
            "checkpoint_timeout",
            "checkpoint_warning",
            "archive_timeout",
            "autovacuum_naptime",
            "authentication_timeout",
            "tcp_keepalives_idle",
            "tcp_keepalives_interval",
            "wal_receiver_status_interval",
            "post_auth_delay",
            "pre_auth_delay",
        ],
    ),
    (60.0 * SECOND, &["log_rotation_age", "old_snapshot_threshold", "rds.log_retention_period"]),
];

/// Lists of words that AWS calls strings.
const SETS: &[&str] = &[
    "shared_preload_libraries",
    "session_preload_libraries",
    "pgaudit.log",
    "datestyle",
    "sql_mode",
    "optimizer_switch",
    "audit_trail",
    "rds.superuser_variables",
    "rds.extensions",
    "wal_consistency_checking",
    "slow_query_log_always_write_time",
    "control_management_pack_access",
    "server_audit_events",
];

/// Lists whose order means something.
const ORDERED: &[&str] = &["search_path", "local_preload_libraries", "temp_tablespaces", "init_connect"];
