"""One long session in the real window, as of a working day: everything that a person does most, one after the other in
the same window, which is closed in the end and opened again. Each step says how the window has to stand after it, and
what is copied or written is held against what the command line says of the same fleet."""

import csv
import itertools
import json
import re
import zipfile
from collections import Counter

from conftest import CommandLine
from desktop import (
    ACCOUNT_X,
    FIRST_ACCOUNT_Y,
    FIRST_ROW_Y,
    HEADER_Y,
    IDENTIFIER_X,
    ROW_HEIGHT,
    TICK_X,
    Display,
    Sandbox,
    Window,
    as_rows,
    natural,
    needs_display,
    until,
)

ACCOUNTS, INSTANCES = 6, 7
ROWS = ACCOUNTS * INSTANCES
# The first columns of the instances, in the order in which they stand there.
STATUS, IDENTIFIER, ACCOUNT, _REGION, _PROFILES, ENGINE = range(6)
EXPRESSION = "Engine is oracle-ee and AllocatedStorage >= 50"


class Session:
    """The window, what it runs on, and the steps through it in their order."""

    def __init__(self, display, folder):
        self.display = display
        self.folder = folder
        self.sandbox = Sandbox("--accounts", ACCOUNTS, "--region", "eu-west-1", "--instances", INSTANCES)
        self.run = CommandLine(folder)
        self.truth = self.told()
        assert len(self.truth) == ROWS
        self.window = None

    def told(self, *arguments):
        """What the command line exports."""
        run = self.run("export", "db-instances", "--format", "csv", *arguments, env=self.sandbox.variables)
        assert run.code == 0, run.stderr
        return list(csv.DictReader(run.stdout.removeprefix("\ufeff").splitlines()))

    def column(self, place):
        """Chooses a column by the keyboard."""
        self.window.keys(*["Left"] * 12, *["Right"] * place)

    def shows(self, rows, since):
        self.window.wait(rf'view answered kind="db-instances" rows={rows} of={ROWS}', since)

    def same_rows(self, rows, expected):
        assert as_rows(rows, list(rows[0])) == as_rows(expected, list(rows[0]))

    # ---- Start ----

    def it_opens_at_the_overview(self):
        self.window = Window(self.display, self.folder, self.sandbox.variables)
        self.window.wait("sweep ended")
        self.window.wait("overview answered")
        self.window.stands(page="overview", over="nothing", ticked=ACCOUNTS)

    def dark_is_chosen_in_the_palette(self):
        self.window.command("Dark theme")
        self.window.stands(dark=True)

    def the_palette_leads_to_the_instances(self):
        since = self.window.mark()
        self.window.command("DB instances")
        self.window.stands(page="db-instances", waiting=False)
        self.shows(ROWS, since)

    # ---- Filters ----

    def a_field_under_a_header_filters(self):
        self.window.click(IDENTIFIER_X, FIRST_ROW_Y - ROW_HEIGHT)
        self.window.stands(typing=True)
        since = self.window.mark()
        self.window.type("prod")
        self.shows(sum("prod" in row["DBInstanceIdentifier"] for row in self.truth), since)
        self.window.stands(filters=1)

    def escape_empties_the_field(self):
        self.window.keys("Escape")
        self.window.stands(filters=0, typing=False, waiting=False)

    def a_value_is_picked_from_the_list(self):
        self.column(ENGINE)
        self.window.keys("f")
        self.window.stands(over="popup", typing=True)
        # Past "not" and the search for values; none but the first, which is the commonest.
        since = self.window.mark()
        self.window.keys("Tab", "Tab", "Tab", "Tab", "space")
        self.shows(0, since)
        since = self.window.mark()
        self.window.keys("Tab", "space")
        [(_, count)] = Counter(row["Engine"] for row in self.truth).most_common(1)
        self.shows(count, since)
        self.window.keys("Escape")
        self.window.stands(over="nothing", filters=1)

    def conditions_are_edited_as_text(self):
        self.window.command("Edit filters as text")
        self.window.stands(typing=True)
        since = self.window.mark()
        self.window.keys("ctrl+a")
        self.window.type(EXPRESSION)
        self.window.keys("Return")
        self.shows(len(self.told("--where", EXPRESSION)), since)
        self.window.stands(filters=2, typing=False)

    def a_chip_opens_the_filter_of_its_column(self):
        self.window.click(340, HEADER_Y + 2)
        self.window.stands(over="popup")
        self.window.keys("Escape")
        self.window.stands(over="nothing", filters=2)

    def the_search_narrows_down_further(self):
        since = self.window.mark()
        self.window.keys("slash")
        self.window.type("orcl")
        found = [row for row in self.told("--where", EXPRESSION) if "orcl" in json.dumps(row).lower()]
        self.shows(len(found), since)
        self.window.stands(searched=True, filters=2)
        self.window.keys("Escape")
        self.window.stands(searched=False, typing=False)

    # ---- What is filtered leaves the window ----

    def what_is_filtered_is_exported_as_csv(self):
        self.same_rows(self.window.export(self.folder / "filtered.csv"), self.told("--where", EXPRESSION))

    def what_is_filtered_is_exported_as_a_workbook(self):
        path = self.folder / "filtered.xlsx"
        self.window.write(path)
        with zipfile.ZipFile(path) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        # The header is a row, too.
        assert len(re.findall(r"<row ", sheet)) == len(self.told("--where", EXPRESSION)) + 1

    def everything_is_shown_again(self):
        self.window.command("Clear search, filters")
        self.window.stands(filters=0, searched=False, waiting=False)

    # ---- Order and groups ----

    def rows_are_sorted_by_a_key(self):
        self.column(ENGINE)
        self.window.keys("s")
        self.window.stands(sorted=1)

    def rows_are_sorted_by_a_further_key(self):
        self.column(IDENTIFIER)
        # Twice is downwards.
        self.window.keys("shift+s", "shift+s")
        self.window.stands(sorted=2, waiting=False)
        rows = self.window.export(self.folder / "sorted.csv")
        for _, group in itertools.groupby(rows, key=lambda row: row["Engine"]):
            names = [row["DBInstanceIdentifier"] for row in group]
            assert names == sorted(names, key=natural, reverse=True)
        engines = [engine for engine, _ in itertools.groupby(row["Engine"] for row in rows)]
        assert engines == sorted(set(engines))

    def rows_are_grouped(self):
        self.column(ACCOUNT)
        since = self.window.mark()
        self.window.keys("g")
        self.shows(ROWS, since)
        self.window.stands(groups=1)

    def rows_are_grouped_by_a_second_column(self):
        since = self.window.mark()
        self.column(ENGINE)
        self.window.keys("shift+g")
        self.shows(ROWS, since)
        self.window.stands(groups=2)

    def groups_are_collapsed_and_expanded(self):
        self.window.command("Collapse all groups")
        # The last line is a group now, and a group is no row to be selected.
        self.window.keys("End")
        self.window.stands(selected=0)
        self.window.command("Expand all groups")
        self.window.keys("End")
        self.window.stands(selected=1)

    def a_group_is_folded_by_its_keys(self):
        self.window.keys("Home", "Left", "Left", "Down")
        self.window.stands(selected=0)
        self.window.keys("Home", "Right")

    def groups_are_given_up(self):
        # The line above may be a group's, whose keys would fold it.
        self.window.keys("End")
        self.window.stands(selected=1)
        for place in (ACCOUNT, ENGINE):
            self.column(place)
            self.window.keys("g")
        self.window.stands(groups=0, waiting=False)

    # ---- Selection and copies ----

    def rows_are_selected_by_mouse(self):
        self.window.keys("ctrl+a")
        self.window.stands(selected=ROWS)
        self.window.click(IDENTIFIER_X, FIRST_ROW_Y)
        self.window.stands(selected=1)
        self.window.click(IDENTIFIER_X, FIRST_ROW_Y + 2 * ROW_HEIGHT, held="shift")
        self.window.stands(selected=3)

    def a_row_is_taken_out_with_control(self):
        self.window.click(IDENTIFIER_X, FIRST_ROW_Y + ROW_HEIGHT, held="ctrl")
        self.window.stands(selected=2)

    def all_rows_are_selected(self):
        self.window.keys("ctrl+a")
        self.window.stands(selected=ROWS)

    def they_are_copied_as_text(self):
        self.window.keys("ctrl+c")
        header, *rows = csv.reader(self.window.clipboard("DBInstanceStatus\t").splitlines(), delimiter="\t")
        assert sorted(tuple(row) for row in rows) == as_rows(self.truth, header)

    def rows_are_selected_by_keys(self):
        self.window.keys("Home", "shift+Down", "shift+Down", "shift+Down")
        self.window.stands(selected=4)

    def they_are_copied_as_markdown(self):
        self.window.command("Copy rows as Markdown")
        header, rule, *rows = self.window.clipboard("| ").splitlines()
        assert "| DBInstanceIdentifier |" in header
        assert set(rule) <= set("|-: ")
        assert len(rows) == 4

    def they_are_copied_as_commands(self):
        self.window.command("Copy rows as AWS CLI")
        commands = self.window.clipboard("aws rds describe-db-instances").splitlines()
        assert len(commands) == 4
        names = {row["DBInstanceIdentifier"] for row in self.truth}
        for command in commands:
            assert "--profile" in command
            assert re.search(r"--db-instance-identifier '?([\w-]+)", command).group(1) in names

    # ---- Details and what is related ----

    def enter_opens_the_details(self):
        self.window.keys("Home", "Return")
        self.window.stands(details=True, selected=1)

    def a_related_link_leads_elsewhere(self):
        since = self.window.mark()
        self.window.click(1120, 256)
        self.page = self.window.wait(r'page: "(db-parameter-groups|db-clusters)"', since).group(1)

    def back_leads_to_the_row(self):
        self.window.keys("alt+Left")
        self.window.stands(page="db-instances", details=True, selected=1)

    def forward_leads_there_again(self):
        self.window.keys("alt+Right")
        self.window.stands(page=self.page)
        self.window.keys("alt+Left")
        self.window.stands(page="db-instances", selected=1)

    def escape_closes_the_details(self):
        # A sweep of what the link collected would be cancelled by an Escape too many.
        self.window.keys("Escape")
        self.window.stands(details=False)

    # ---- Saved views ----

    def a_view_is_saved(self):
        self.column(ENGINE)
        self.window.keys("g")
        self.window.stands(groups=1, waiting=False)
        self.window.command("Save view as", over="view")
        self.window.stands(typing=True)
        self.window.type("By engine")
        self.window.keys("Return")
        self.window.stands(over="nothing")
        assert until((self.folder / ".config/rds-fleet/views/By engine.toml").is_file)

    def a_changed_view_is_reset(self):
        self.window.keys("End")
        self.column(STATUS)
        self.window.keys("s")
        self.window.stands(sorted=1)
        self.window.command("Reset view")
        self.window.stands(sorted=2, groups=1)

    def a_view_is_shown_from_elsewhere(self):
        self.window.keys("ctrl+3")
        self.window.stands(page="db-clusters")
        self.window.command("View: By engine")
        self.window.stands(page="db-instances", groups=1, sorted=2)

    # ---- The palette, the look, the settings ----

    def the_palette_jumps_to_a_database(self):
        self.window.keys("ctrl+1")
        self.window.stands(page="overview")
        self.window.command(self.truth[-1]["DBInstanceIdentifier"])
        self.window.stands(page="db-instances", details=True, selected=1)
        self.window.keys("Escape")
        self.window.stands(details=False)

    def the_theme_is_changed(self):
        self.window.command("Light theme")
        self.window.stands(dark=False)

    def everything_is_made_larger_and_smaller(self):
        self.window.keys("ctrl+equal", "ctrl+equal")
        self.window.stands(scale=120)
        self.window.keys("ctrl+minus", "ctrl+minus", "ctrl+minus")
        self.window.stands(scale=90)
        self.window.keys("ctrl+0")
        self.window.stands(scale=100)

    def the_settings_open_and_close(self):
        self.window.keys("ctrl+comma")
        self.window.stands(over="settings")
        self.window.keys("Escape")
        self.window.stands(over="nothing")

    # ---- Changes and SQL ----

    def the_changes_are_shown(self):
        self.window.keys("ctrl+4")
        self.window.stands(page="changes", waiting=False)

    def a_question_in_sql_is_answered(self):
        since = self.window.mark()
        self.window.keys("ctrl+5", "ctrl+a")
        self.window.type("SELECT Engine, count(*) AS n FROM db_instances GROUP BY 1 ")
        self.window.keys("ctrl+Return")
        expected = Counter(row["Engine"] for row in self.truth)
        self.window.wait(rf'view answered kind="" rows={len(expected)} of={len(expected)}', since)
        rows = self.window.export(self.folder / "sql.csv")
        assert {row["Engine"]: int(row["n"]) for row in rows} == expected

    # ---- Accounts ----

    def an_account_is_unticked(self):
        self.window.keys("ctrl+2")
        self.window.stands(page="db-instances")
        since = self.window.mark()
        self.window.click(TICK_X, FIRST_ACCOUNT_Y)
        self.window.stands(ticked=ACCOUNTS - 1)
        self.shows_of(ROWS - INSTANCES, since)

    def only_one_account_is_shown(self):
        since = self.window.mark()
        self.window.click(ACCOUNT_X, FIRST_ACCOUNT_Y)
        self.window.stands(ticked=1)
        self.shows_of(INSTANCES, since)
        rows = self.window.export(self.folder / "account.csv")
        assert len({row["AccountId"] for row in rows}) == 1
        self.same_rows(rows, [row for row in self.truth if row["AccountId"] == rows[0]["AccountId"]])

    def all_accounts_are_shown(self):
        self.window.command("Tick all accounts")
        self.window.stands(ticked=ACCOUNTS)

    def shows_of(self, rows, since):
        self.window.wait(rf'view answered kind="db-instances" rows={rows} of=', since)

    # ---- The end, and the next day ----

    def it_is_closed(self):
        self.window.stands(waiting=False)
        assert self.window.close() == 0
        log = self.window.log()
        assert not re.search(r"panicked| ERROR ", log), log

    def it_opens_again_as_it_was_left(self):
        self.window = Window(self.display, self.folder, self.sandbox.variables)
        self.window.wait("sweep ended")
        self.window.stands(page="db-instances", dark=False, scale=100, groups=1, sorted=2, filters=0, ticked=ACCOUNTS)

    def it_is_closed_again(self):
        self.it_is_closed()

    STEPS = (
        it_opens_at_the_overview,
        dark_is_chosen_in_the_palette,
        the_palette_leads_to_the_instances,
        a_field_under_a_header_filters,
        escape_empties_the_field,
        a_value_is_picked_from_the_list,
        conditions_are_edited_as_text,
        a_chip_opens_the_filter_of_its_column,
        the_search_narrows_down_further,
        what_is_filtered_is_exported_as_csv,
        what_is_filtered_is_exported_as_a_workbook,
        everything_is_shown_again,
        rows_are_sorted_by_a_key,
        rows_are_sorted_by_a_further_key,
        rows_are_grouped,
        rows_are_grouped_by_a_second_column,
        groups_are_collapsed_and_expanded,
        a_group_is_folded_by_its_keys,
        groups_are_given_up,
        rows_are_selected_by_mouse,
        a_row_is_taken_out_with_control,
        all_rows_are_selected,
        they_are_copied_as_text,
        rows_are_selected_by_keys,
        they_are_copied_as_markdown,
        they_are_copied_as_commands,
        enter_opens_the_details,
        a_related_link_leads_elsewhere,
        back_leads_to_the_row,
        forward_leads_there_again,
        escape_closes_the_details,
        a_view_is_saved,
        a_changed_view_is_reset,
        a_view_is_shown_from_elsewhere,
        the_palette_jumps_to_a_database,
        the_theme_is_changed,
        everything_is_made_larger_and_smaller,
        the_settings_open_and_close,
        the_changes_are_shown,
        a_question_in_sql_is_answered,
        an_account_is_unticked,
        only_one_account_is_shown,
        all_accounts_are_shown,
        it_is_closed,
        it_opens_again_as_it_was_left,
        it_is_closed_again,
    )


@needs_display
def test_a_working_day_ends_in_the_expected_state(tmp_path):
    display = Display()
    session = Session(display, tmp_path)
    try:
        for number, step in enumerate(Session.STEPS, 1):
            try:
                step(session)
            except BaseException as error:
                error.add_note(f"in step {number} of {len(Session.STEPS)}: {step.__name__}")
                raise
    finally:
        if session.window and session.window.process.poll() is None:
            session.window.process.kill()
        session.sandbox.close()
        display.close()
