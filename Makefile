# The verbs of this project. Needs Python 3.11 to 3.13 with its venv module; no git, no compiler.
#
#   make demo    triage the two demo images into demo-case/ and say where the report is
#   make test    run all tests                 TESTARGS="-k disk" narrows them
#   make lint    ruff, mypy, import-linter
#   make fmt     format, and fix what can be fixed
#   make bench   side by side with other tools
#   make fuzz    hostile evidence at length, for hours   COPIES, EXAMPLES and SEED choose how much; docs/robustness.md
#   make validation  the test record of this release, into docs/validation/
#   make bundle  all that an installation needs into a new folder, DIR=FOLDER, for a room without a network
#   make venv    everything above needs: .venv with the pinned dependencies
#   make clean   remove what these made

# Set to choose one: make PYTHON=python3.12 test
PYTHON =
# Folder that `make bundle` made: everything is installed from it, and no network is asked. make OFFLINE=/media/bundle demo
OFFLINE =
# Where `make bundle` puts it.
DIR =
TESTARGS = -n auto --dist loadfile
COPIES = 200
EXAMPLES = 5000
SEED = $(shell date +%Y%m%d)

BIN = .venv/bin
# From a bundle: neither the environment nor a file of settings adds a place to look in.
PIP = $(if $(OFFLINE),PIP_CONFIG_FILE=/dev/null) $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL = $(PIP) $(if $(OFFLINE),--isolated install --no-index --find-links "$(OFFLINE)/wheels",install) --quiet
# Every dependency is a wheel but dtfabric, which the pinned setuptools builds.
PINNED = $(INSTALL) --require-hashes --no-build-isolation

.PHONY: demo test lint fmt bench fuzz validation bundle venv clean

demo: .venv/.runtime
	@chmod -R u+w demo-case 2>/dev/null || true
	@rm -rf demo-case
	@echo "demo: triage of fixtures/demo.E01 and fixtures/demo-stick.E01 into demo-case/"
	@code=0; \
	$(BIN)/cyberforensics triage --case demo-case \
	    --exhibit DEMO-1=fixtures/demo.E01 --exhibit DEMO-2=fixtures/demo-stick.E01 || code=$$?; \
	case $$code in \
	    0) ;; \
	    10) echo "demo: done, with problems that reduce coverage (exit code 10): the report lists them" ;; \
	    *) echo "demo: triage failed with exit code $$code" >&2; exit $$code ;; \
	esac
	@test -f demo-case/reports/report.html || { echo "demo: no report was written" >&2; exit 1; }
	@echo "demo: the report is $(CURDIR)/demo-case/reports/report.html"

test: .venv/.dev
	@echo "test: pytest $(TESTARGS)"
	@$(BIN)/python -m pytest $(TESTARGS)

# All four run, so that one look shows everything.
lint: .venv/.dev
	@failed=; \
	for tool in "ruff check" "ruff format --check" "mypy --strict" "lint-imports"; do \
	    echo "lint: $$tool"; \
	    $(BIN)/$$tool || failed="$$failed [$$tool]"; \
	done; \
	test -z "$$failed" || { echo "lint: failed:$$failed" >&2; exit 1; }

fmt: .venv/.dev
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

bench: .venv/.runtime
	@$(BIN)/python benchmarks/run.py

fuzz: .venv/.dev
	@echo "fuzz: $(EXAMPLES) examples of each target, and a directory of a million entries"
	@FUZZ_EXAMPLES=$(EXAMPLES) HOSTILE_ENTRIES=1000000 $(BIN)/python -m pytest $(TESTARGS) tests/fuzz tests/hostile
	@echo "fuzz: $(COPIES) damaged copies of every image, seed $(SEED)"
	@$(BIN)/python -m tests.hostile.corrupt --count $(COPIES) --seed $(SEED)

validation: .venv/.runtime
	@echo "validation: images whose content is known, into docs/validation/"
	@$(BIN)/python docs/validation/make.py

bundle: .venv/.runtime
	@$(BIN)/python requirements/bundle.py "$(DIR)"

venv: .venv/.dev

clean:
	@chmod -R u+w demo-case 2>/dev/null || true
	rm -rf .venv demo-case build dist src/*.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find src tests fixtures requirements benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# A .venv knows the folder it was made in; copied or moved with its project, it is made again.
ifneq ($(shell cat .venv/.made-in 2>/dev/null),$(CURDIR))
.PHONY: .venv/.made-in
endif

.venv/.made-in:
	@if test -n "$(OFFLINE)" && ! test -d "$(OFFLINE)/wheels"; then \
	    echo "$(OFFLINE) is no bundle: it has no folder wheels (make bundle DIR=FOLDER makes one)." >&2; exit 1; fi
	@found=; without=; \
	for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11); do \
	    version=$$("$$python" -c 'import sys; v = sys.version_info; \
	        print("%d.%d" % v[:2] if (3, 11) <= v < (3, 14) else "")' 2>/dev/null) || continue; \
	    test -n "$$version" || continue; \
	    if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
	    without=$${without:-$$version}; \
	done; \
	if test -z "$$found" && test -n "$$without"; then \
	    echo "Python $$without is here, but its venv module is not: apt install python3-venv (or python$$without-venv), then run make again." >&2; \
	    exit 1; \
	elif test -z "$$found"; then \
	    echo "No Python 3.11, 3.12 or 3.13 was found: install one, or name it with make PYTHON=..." >&2; \
	    exit 1; \
	fi; \
	echo "venv: .venv with Python $$version ($$found)"; \
	"$$found" -m venv --clear .venv
	@printf '%s\n' "$(CURDIR)" > $@

.venv/.runtime: .venv/.made-in requirements/build.txt requirements/runtime.txt pyproject.toml setup.py
	@echo "venv: installing cyberforensics and its pinned dependencies"
	@$(PINNED) -r requirements/build.txt
	@$(PINNED) -r requirements/runtime.txt
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt requirements/sign-pdf.txt requirements/thumbnails.txt requirements/parquet.txt
	@echo "venv: installing the pinned test and lint tools, and the extras"
	@$(PINNED) -r requirements/sign-pdf.txt -r requirements/thumbnails.txt -r requirements/parquet.txt
	@$(PINNED) -r requirements/dev.txt
	@touch $@
