//! The central config file of the bastion host, as the blog's method writes it: one profile an account or a database.

use std::fmt::Write;

use super::company::{Account, EXTERNAL_ID};
use super::{ProfileNames, Settings, fleet};

/// The text of the config file.
pub fn config(settings: &Settings, accounts: &[Account]) -> String {
    let first = settings.regions.first().map_or("us-east-1", String::as_str);
    let mut text = format!(
        "# Central AWS configuration of this host, for all database administrators.\n\
         # One profile for each account and region, and one for each Oracle database, named after its SID.\n\
         # Maintained by the database team; AWS_CONFIG_FILE points here for every login.\n\
         \n\
         [default]\n\
         region = {first}\n\
         output = json\n"
    );
    for account in accounts {
        match settings.profiles_per_account {
            ProfileNames::One => profile(&account.name, account, first, &mut text),
            ProfileNames::Demo => named_profiles(settings, account, &mut text),
        }
    }
    text
}

/// A profile for every region that the account uses, the home region's without the region in its name, and one for
/// every Oracle database.
fn named_profiles(settings: &Settings, account: &Account, text: &mut String) {
    let home = account.home(settings);
    for (place, region) in settings.regions.iter().enumerate() {
        let units = fleet::plan(settings, account, region);
        let not_enabled = settings
            .faults
            .region_not_enabled
            .iter()
            .any(|(number, name)| *number == account.number && name == region);
        if place != home && units.is_empty() && !not_enabled {
            continue;
        }
        if place == home {
            profile(&account.name, account, region, text);
        } else {
            profile(&format!("{}-{region}", account.name), account, region, text);
        }
        for sid in units.into_iter().filter_map(|unit| unit.sid) {
            profile(&sid, account, region, text);
        }
    }
}

fn profile(name: &str, account: &Account, region: &str, text: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n[profile {name}]\nrole_arn = {}\ncredential_source = Ec2InstanceMetadata\nregion = {region}\n",
        account.role_arn()
    );
    if account.line.external_id {
        let _ = writeln!(text, "external_id = {EXTERNAL_ID}");
    }
}
