//! What may be written on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use time::OffsetDateTime;

use crate::analysis::setting::Section;
use crate::config::Environment;
use crate::inventory::QueryLimits;
use crate::query::Moment;
use crate::report::{ComparisonFormat, Format, Separator, ValuesFormat};
use crate::sweep::{Limits, Selection};

/// Every Amazon RDS database of many AWS accounts, from one bastion host.
///
/// Reads the shared AWS config (AWS_CONFIG_FILE), assumes the role of every profile, and lists what is there. Nothing
/// is ever changed, neither at AWS nor in the config.
#[derive(Debug, Parser)]
#[command(name = "rds-fleet-cli", version, max_term_width = 100)]
pub struct Arguments {
    /// Use a simulated AWS on this machine instead of the real one.
    #[arg(long, global = true)]
    pub demo: bool,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Subcommand)]
pub enum Action {
    /// List the profiles of the shared AWS config, and what is wrong with it.
    Profiles {
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// List the kinds of resource with their columns.
    Kinds {
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Collect a kind from every account and region and write it out.
    ///
    /// What could not be collected is named on standard error, one line an account. Exit code: 0 all collected,
    /// 3 partly, 1 nothing, 2 the command is wrong.
    Export(Export),
    /// Ask a question in SQL: every kind is a table, such as db_instances, with AWS's names for the columns.
    ///
    /// The kinds that the question reads are collected first. Only SELECT is possible. SQLite's SQL, with functions more:
    /// tag(TagList, 'app'), contains_text('text', column, …), matches_text('expression', column) and readable(Endpoint);
    /// contains_text and readable see a list or structure as a table shows it, such as app=billing. An empty list or structure
    /// is NULL. COLLATE natural_order has 14.9 before 14.10. Exit codes as of export.
    Query(Query),
    /// Collect, and list what appeared, disappeared or changed since the sweep before, member by member.
    Changes(Changes),
    /// List the saved views, one's own and an administrator's, for export --view.
    Views {
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Hold databases against each other: settings, tags, options and effective parameters.
    ///
    /// A database is named by its identifier, by ACCOUNT/REGION/IDENTIFIER, or by its ARN. What they need is collected
    /// first. Without --reference each setting is held against what most have; of two databases against the first, of one
    /// database's times against the earliest. Exit code: 0, or 3 if something of them could not be collected, which is shown
    /// as such and never as equal.
    Compare(Compare),
    /// Write the settings of a database, or what most of several have, as a baseline: a text file for version control.
    Baseline(SaveBaseline),
    /// Say who departs from a baseline, where, and since when.
    ///
    /// Exit code: 0 nobody, 4 somebody does, 3 nobody is known to but something could not be collected, 1 nothing was
    /// collected, 2 the command is wrong.
    Drift(Drift),
    /// Across all databases: every value of a setting that is in use, the rarest first; without a setting, those in which
    /// databases differ most.
    Values(Values),
    /// Say where what was collected is kept, for other programs to open.
    Store,
    /// Serve the simulated AWS for other tools, until standard input ends.
    Sandbox(Serve),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Table,
    Json,
}

/// Which targets are asked, and how hard. Shared with the window.
#[derive(Debug, Clone, Args)]
pub struct Collect {
    /// Only this profile; may be given several times.
    #[arg(long = "profile", value_name = "PROFILE")]
    pub profiles: Vec<String>,
    /// Only this account, by its 12 digits; may be given several times.
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Ask in this region instead of the profiles' own; may be given several times.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Calls to AWS at once, all accounts together.
    #[arg(long, value_name = "N", default_value_t = Limits::default().calls, value_parser = calls)]
    pub concurrency: usize,
}

impl Collect {
    pub fn selection(&self) -> Selection {
        Selection {
            profiles: self.profiles.clone(),
            accounts: self.accounts.clone(),
            regions: self.regions.clone(),
        }
    }

    /// The limits; `AWS_MAX_ATTEMPTS` is honoured as by AWS's own tools, and `RDS_FLEET_MOST_PAGES` gives listings without
    /// end up earlier.
    pub fn limits(&self, environment: &Environment) -> Limits {
        let limits = Limits { calls: self.concurrency, ..Limits::default() };
        let number = |name, most| environment.number(name, most).filter(|number| *number > 0);
        Limits {
            attempts: number("AWS_MAX_ATTEMPTS", Limits::MOST_ATTEMPTS).unwrap_or(limits.attempts),
            pages: number("RDS_FLEET_MOST_PAGES", limits.pages).unwrap_or(limits.pages),
            ..limits
        }
    }
}

#[derive(Debug, Args)]
pub struct Export {
    /// What to list, such as db-instances; `rds-fleet-cli kinds` lists all.
    #[arg(required_unless_present = "view")]
    pub kind: Option<String>,
    /// What a saved view shows, instead of a kind: its columns, filters, order and search, in every format.
    #[arg(long, value_name = "NAME", conflicts_with = "kind")]
    pub view: Option<String>,
    #[command(flatten)]
    pub rows: Rows,
    #[command(flatten)]
    pub collect: Collect,
    #[command(flatten)]
    pub written: Written,
}

/// Which rows and columns are written, and in which order.
#[derive(Debug, Args)]
pub struct Rows {
    /// Only rows for which this holds: 'Engine is postgres or mysql and AllocatedStorage >= 100'. Of a column may be
    /// said: is, in (…), contains, matches, between, = != < <= > >=, is absent, is present; with and, or, not and
    /// parentheses. Times may be 2026-11-01 or -7d.
    #[arg(long = "where", value_name = "EXPRESSION")]
    pub condition: Option<String>,
    /// Only rows that contain every one of these words in some column.
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
    /// The columns to sort by, the first first; with - before one that descends.
    #[arg(long, value_name = "COLUMN,-COLUMN", value_delimiter = ',', allow_hyphen_values = true)]
    pub sort: Vec<String>,
    /// The columns to write instead of the usual ones.
    #[arg(long, value_name = "COLUMN,COLUMN", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// A row for each group of rows with the same values in one or two columns, with Count and the sums of amounts such
    /// as AllocatedStorage.
    #[arg(long, value_name = "COLUMN[,COLUMN]", value_delimiter = ',')]
    pub group_by: Vec<String>,
}

/// A day: what a query may take at most.
const MOST_SECONDS: u64 = 86_400;

#[derive(Debug, Args)]
pub struct Query {
    /// One SELECT, or - to read it from standard input.
    pub sql: String,
    /// Seconds after which the query is stopped.
    #[arg(long, value_name = "S", default_value_t = QueryLimits::default().time.as_secs(),
          value_parser = clap::value_parser!(u64).range(..=MOST_SECONDS))]
    pub timeout: u64,
    #[command(flatten)]
    pub collect: Collect,
    #[command(flatten)]
    pub written: Written,
}

#[derive(Debug, Args)]
pub struct Changes {
    /// Everything since a time (2026-11-01, 2026-11-01T08:00:00Z) or age (24h, 7d), instead of since the sweep before.
    #[arg(long, value_name = "TIME", value_parser = since, allow_hyphen_values = true)]
    pub since: Option<OffsetDateTime>,
    #[command(flatten)]
    pub collect: Collect,
    #[command(flatten)]
    pub written: Written,
}

/// How rows are written out.
#[derive(Debug, Args)]
pub struct Written {
    /// xlsx (Excel, with a sheet on what is missing), csv (for spreadsheets), json (as the AWS CLI prints it), jsonl
    /// (an object a line), html (to read and print) or table (to look at).
    #[arg(long, default_value = "table", value_parser = |text: &str| text.parse::<Format>())]
    pub format: Format,
    /// Exact CSV for programs: no byte order mark, nothing defused, lists and structures as JSON.
    #[arg(long)]
    pub raw: bool,
    /// What stands between the values of CSV: comma, semicolon, tab, or one sign. Without it what Excel on this machine
    /// expects, which is the list separator of the region on Windows and a comma elsewhere; with --raw a comma.
    #[arg(long, value_name = "SIGN", value_parser = |text: &str| text.parse::<Separator>(), allow_hyphen_values = true)]
    pub separator: Option<Separator>,
    /// The file to write, atomically; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Do not ask AWS: use what earlier runs collected.
    #[arg(long)]
    pub cached: bool,
}

impl Written {
    /// The format that is meant.
    ///
    /// # Errors
    /// A sentence where `--raw` or `--separator` stands beside another format than CSV.
    pub fn chosen_format(&self) -> Result<Format, String> {
        match (self.format, self.raw) {
            (Format::Csv(_), true) => Ok(Format::RawCsv(self.separator.unwrap_or(Separator::COMMA))),
            (Format::Csv(_), false) => Ok(Format::Csv(or_of_this_machine(self.separator))),
            (_, true) => Err("--raw is for --format csv".to_owned()),
            (_, false) if self.separator.is_some() => Err(SEPARATOR_IS_FOR_CSV.to_owned()),
            (format, false) => Ok(format),
        }
    }
}

const SEPARATOR_IS_FOR_CSV: &str = "--separator is for --format csv";

fn or_of_this_machine(separator: Option<Separator>) -> Separator {
    separator.unwrap_or_else(Separator::of_this_machine)
}

/// Which databases are meant, and how they are compared.
#[derive(Debug, Args)]
pub struct Databases {
    /// Identifiers, ACCOUNT/REGION/IDENTIFIER, or ARNs.
    #[arg(value_name = "ID")]
    pub names: Vec<String>,
    /// All databases for which this holds, instead of names.
    #[arg(long = "where", value_name = "EXPRESSION", conflicts_with = "names")]
    pub condition: Option<String>,
    /// With --where: clusters instead of instances.
    #[arg(long)]
    pub clusters: bool,
    /// A file of rules: what is left out, and which values mean the same, on top of an administrator's rules and the program's
    /// own.
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Do not ask AWS: use what earlier runs collected.
    #[arg(long)]
    pub cached: bool,
    #[command(flatten)]
    pub collect: Collect,
}

/// How a comparison is written out.
#[derive(Debug, Args)]
pub struct Reported {
    /// xlsx (coloured, a sheet a section), csv, json (every cell with verdict and reason), html, markdown or table.
    #[arg(long, default_value = "table", value_parser = |text: &str| text.parse::<ComparisonFormat>())]
    pub format: ComparisonFormat,
    /// What stands between the values of CSV: comma, semicolon, tab, or one sign. Without it what Excel on this machine
    /// expects, which is the list separator of the region on Windows and a comma elsewhere.
    #[arg(long, value_name = "SIGN", value_parser = |text: &str| text.parse::<Separator>(), allow_hyphen_values = true)]
    pub separator: Option<Separator>,
    /// The file to write, atomically; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Reported {
    /// The format that is meant.
    ///
    /// # Errors
    /// A sentence where `--separator` stands beside another format than CSV.
    pub fn chosen_format(&self) -> Result<ComparisonFormat, String> {
        match self.format {
            ComparisonFormat::Csv(_) => Ok(ComparisonFormat::Csv(or_of_this_machine(self.separator))),
            _ if self.separator.is_some() => Err(SEPARATOR_IS_FOR_CSV.to_owned()),
            format => Ok(format),
        }
    }
}

#[derive(Debug, Args)]
pub struct Compare {
    #[command(flatten)]
    pub databases: Databases,
    /// Hold all against this one instead of the majority.
    #[arg(long, value_name = "ID")]
    pub reference: Option<String>,
    /// With one database: as it was at this time (2026-11-01, 2026-11-01T08:00:00Z) or age (24h, 7d); may be given
    /// several times.
    #[arg(long = "at", value_name = "TIME", value_parser = since, allow_hyphen_values = true)]
    pub times: Vec<OffsetDateTime>,
    /// Only settings that differ.
    #[arg(long)]
    pub only_differences: bool,
    /// Only parameters that somebody has set.
    #[arg(long)]
    pub only_user_set: bool,
    /// Only settings that differ in exactly one database.
    #[arg(long)]
    pub in_exactly_one: bool,
    /// Only this section, such as Storage or Parameters.
    #[arg(long, value_name = "SECTION", value_parser = section)]
    pub section: Option<Section>,
    /// Only settings whose name or values contain these words.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub search: String,
    #[command(flatten)]
    pub reported: Reported,
}

#[derive(Debug, Args)]
pub struct SaveBaseline {
    /// What the baseline is called.
    pub name: String,
    #[command(flatten)]
    pub databases: Databases,
    /// The file to write, atomically; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Drift {
    /// The file of the baseline.
    #[arg(long, value_name = "FILE")]
    pub baseline: PathBuf,
    #[command(flatten)]
    pub databases: Databases,
    #[command(flatten)]
    pub reported: Reported,
}

#[derive(Debug, Args)]
pub struct Values {
    /// The setting or parameter.
    #[arg(long, value_name = "NAME")]
    pub setting: Option<String>,
    /// Only databases of this engine, such as postgres.
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<String>,
    /// Only databases of this engine family, as AWS calls it: postgres16, mysql8.0, oracle-ee-19, sqlserver-se-15.0.
    #[arg(long, value_name = "FAMILY")]
    pub family: Option<String>,
    #[command(flatten)]
    pub databases: Databases,
    /// table, csv or json.
    #[arg(long, default_value = "table", value_parser = |text: &str| text.parse::<ValuesFormat>())]
    pub format: ValuesFormat,
    /// What stands between the values of CSV: comma, semicolon, tab, or one sign. Without it what Excel on this machine
    /// expects, which is the list separator of the region on Windows and a comma elsewhere.
    #[arg(long, value_name = "SIGN", value_parser = |text: &str| text.parse::<Separator>(), allow_hyphen_values = true)]
    pub separator: Option<Separator>,
}

impl Values {
    /// The format that is meant.
    ///
    /// # Errors
    /// A sentence where `--separator` stands beside another format than CSV.
    pub fn chosen_format(&self) -> Result<ValuesFormat, String> {
        match self.format {
            ValuesFormat::Csv(_) => Ok(ValuesFormat::Csv(or_of_this_machine(self.separator))),
            _ if self.separator.is_some() => Err(SEPARATOR_IS_FOR_CSV.to_owned()),
            format => Ok(format),
        }
    }
}

fn section(text: &str) -> Result<Section, String> {
    Section::of_word(text).ok_or_else(|| {
        let words: Vec<&str> = Section::ALL.iter().map(|section| section.word()).collect();
        format!("choose one of {}", words.join(", "))
    })
}

#[derive(Debug, Args)]
pub struct Serve {
    /// How many accounts.
    #[arg(long, default_value_t = 24, value_parser = accounts)]
    pub accounts: usize,
    /// The regions of each account; may be given several times.
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// Exactly so many DB instances for each account and region, instead of a plausible number.
    #[arg(long, value_name = "N", value_parser = instances)]
    pub instances: Option<usize>,
    /// Milliseconds that every answer of STS and RDS takes.
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=600_000))]
    pub latency: u64,
    /// One number, one fleet.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// A time that is over, as people write it.
fn since(text: &str) -> Result<OffsetDateTime, String> {
    Moment::past(text, OffsetDateTime::now_utc())
}

fn calls(text: &str) -> Result<usize, String> {
    within(text, 1, Limits::MOST_CALLS)
}

fn accounts(text: &str) -> Result<usize, String> {
    within(text, 0, 100_000)
}

fn instances(text: &str) -> Result<usize, String> {
    within(text, 0, 100_000)
}

/// A number within the bounds that make sense.
fn within(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("write a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_bounded_where_they_enter() {
        let asked = |arguments: &[&str]| {
            Arguments::try_parse_from(["rds-fleet-cli"].iter().chain(arguments))
                .map_err(|error| error.to_string())
        };
        assert!(asked(&["export", "db-instances", "--concurrency", "1024"]).is_ok());
        for calls in ["0", "1025", "2305843009213693951", "18446744073709551616", "-1", "1.5"] {
            let said = asked(&["export", "db-instances", &format!("--concurrency={calls}")]).unwrap_err();
            assert!(said.contains("from 1 to 1024"), "{said}");
        }
        assert!(asked(&["query", "SELECT 1", "--timeout", "86400"]).is_ok());
        for seconds in ["86401", "18446744073709551615", "18446744073709551616", "-1"] {
            assert!(asked(&["query", "SELECT 1", &format!("--timeout={seconds}")]).is_err(), "{seconds}");
        }
        for option in ["--accounts", "--instances", "--latency"] {
            assert!(asked(&["sandbox", &format!("{option}=18446744073709551615")]).is_err(), "{option}");
        }
    }

    #[test]
    fn attempts_are_those_of_the_environment_within_bounds() {
        let collect = Collect { profiles: vec![], accounts: vec![], regions: vec![], concurrency: 4 };
        for (text, attempts) in [
            ("3", 3),
            ("0", 8),
            ("", 8),
            ("many", 8),
            ("-1", 8),
            ("101", 100),
            ("4294967295", 100),
            ("99999999999999999999", 100),
        ] {
            let environment = Environment::from_variables([("AWS_MAX_ATTEMPTS".into(), text.into())], None);
            assert_eq!(collect.limits(&environment).attempts, attempts, "{text}");
        }
    }

    fn chosen(arguments: &[&str]) -> Result<Format, String> {
        let line = ["rds-fleet-cli", "export", "db-instances"].into_iter().chain(arguments.iter().copied());
        match Arguments::try_parse_from(line).map_err(|error| error.to_string())?.action {
            Action::Export(export) => export.written.chosen_format(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_separator_is_for_csv_alone_and_a_program_gets_a_comma() {
        let here = Separator::of_this_machine();
        assert_eq!(chosen(&["--format", "csv"]), Ok(Format::Csv(here)));
        assert_eq!(chosen(&["--format", "csv", "--raw"]), Ok(Format::RawCsv(Separator::COMMA)));
        assert_eq!(chosen(&["--format", "csv", "--separator", ";"]), Ok(Format::Csv(Separator::SEMICOLON)));
        assert_eq!(chosen(&["--format=csv", "--separator=tab", "--raw"]), Ok(Format::RawCsv(Separator::TAB)));
        for format in ["json", "jsonl", "xlsx", "html", "table"] {
            assert_eq!(chosen(&["--format", format, "--separator", ";"]).unwrap_err(), SEPARATOR_IS_FOR_CSV);
        }
        assert_eq!(
            chosen(&["--separator", ";"]).unwrap_err(),
            SEPARATOR_IS_FOR_CSV,
            "a table is the default"
        );
        assert!(
            chosen(&["--format", "csv", "--separator", "--"])
                .unwrap_err()
                .contains("one sign such as ; or |")
        );
    }

    #[test]
    fn a_report_of_a_comparison_takes_a_separator_as_well() {
        let values = |arguments: &[&str]| {
            let line = ["rds-fleet-cli", "values"].into_iter().chain(arguments.iter().copied());
            match Arguments::try_parse_from(line).unwrap().action {
                Action::Values(values) => values.chosen_format(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(values(&["--format=csv", "--separator=tab"]), Ok(ValuesFormat::Csv(Separator::TAB)));
        assert_eq!(values(&["--separator", ";"]).unwrap_err(), SEPARATOR_IS_FOR_CSV);
        for (command, more) in [("compare", vec![]), ("drift", vec!["--baseline", "b.toml"])] {
            let chosen = |arguments: &[&str]| {
                let line = ["rds-fleet-cli", command]
                    .into_iter()
                    .chain(more.clone())
                    .chain(arguments.iter().copied());
                match Arguments::try_parse_from(line).unwrap().action {
                    Action::Compare(compare) => compare.reported.chosen_format(),
                    Action::Drift(drift) => drift.reported.chosen_format(),
                    other => panic!("{other:?}"),
                }
            };
            let semicolon = Ok(ComparisonFormat::Csv(Separator::SEMICOLON));
            assert_eq!(chosen(&["--format", "csv", "--separator", "semicolon"]), semicolon);
            assert_eq!(chosen(&["--format", "xlsx", "--separator", ";"]).unwrap_err(), SEPARATOR_IS_FOR_CSV);
        }
    }
}
