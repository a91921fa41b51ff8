# The inner loop. Everything here is also a part of ./test.sh.
SHELL := /bin/bash
PYTHON := /usr/bin/python3
PYTEST := PYTHONPATH=tests $(PYTHON) -m pytest -c tests/pytest.ini tests/system -q

.PHONY: build check unit format golden system system-slow crash bench demo clean
build: ; ./test.sh build
check: ; ./test.sh build format tidy unit
unit: ; ./test.sh build unit
# make golden [RUN=strings]
golden: build ; $(PYTHON) tests/golden/run_golden.py $(RUN)
# make system [T=part_of_a_test_name]
system: build ; $(PYTEST) -m 'not slow' $(if $(T),-k '$(T)')
system-slow: build ; $(PYTEST) -m slow $(if $(T),-k '$(T)')
# make crash [SEED=n] [SECONDS=3600] [SOURCE=mariadb] [TARGET=mysql]
crash: build ; $(PYTHON) tests/crash/crash.py $(if $(SEED),--seed $(SEED)) --seconds $(or $(SECONDS),180) \
	--source $(or $(SOURCE),postgres) --target $(or $(TARGET),postgres)
# make bench NAME=pg-to-pg
bench: ; bench/run.sh $(NAME)
demo: ; ./demo.sh
format: ; git ls-files -co --exclude-standard 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'bench/*.cc' | xargs clang-format-14 -i
clean: ; rm -rf build
