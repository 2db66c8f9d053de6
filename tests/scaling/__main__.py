"""Print the tables of signalling/SCALING.md again: `python -m tests.scaling`."""

from tests.scaling.tables import estate_table, figures_table, results, results_table


def main() -> None:
    for table in (figures_table(), estate_table(), results_table(results())):
        print(f"{table}\n")


if __name__ == "__main__":
    main()
