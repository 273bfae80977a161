# Recipes for contributors. `just` lists them; `.ci/run` is what CI runs.

# The tests that cargo-mutants runs for each mutant: fast ones that hold the behaviour.
mutant_tests := "--lib --test blocking --test download --test faults --test schemars --test spans --test webhook"

_default:
    @just --list

# Compile everything and check the generated code
check:
    cargo check --workspace --all-targets --all-features
    cargo xtask regen --check

# All tests; pass a filter or cargo's options after it
test *args:
    cargo test --workspace {{ args }}

# Formatting and clippy, as CI runs them
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# The documentation, with every warning an error
doc:
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --all-features

# Write the public interface to api/ and the lists of packaged files to packages/
api:
    cargo run -q -p end-to-end --bin api -- --write
    cargo run -q -p end-to-end --bin packages -- --write

# The book's programs and links, and its pages in target/book; needs mdbook
book:
    cargo test -p book
    mdbook build docs

# Fetch the vendor's pages, show what changed and generate the client; see `cargo xtask regen --help`
regen *args:
    cargo xtask regen {{ args }}

# A job's whole life on a fake server
demo:
    cargo run -q -p akool-faceswap-cli -- demo

# Measure, and write the figures to BENCHMARKS.md: client (needs valgrind), build, wait or fleet
bench subject:
    cargo xtask bench {{ subject }}

# Start and end waits under faults; fails if one is lost or anything is left behind
soak seconds="600":
    cargo bench -q -p akool-faceswap --features testing --bench soak -- {{ seconds }}

# Check waiting against a model, over many random cases
model cases="100000":
    PROPTEST_CASES={{ cases }} cargo test -p akool-faceswap --release --lib wait::tests::model

# Run each fuzz target for this many seconds; needs cargo-fuzz and a nightly compiler
[working-directory: 'crates/akool-faceswap']
fuzz seconds="1800":
    mkdir -p fuzz/corpus/answer
    cargo +nightly fuzz run answer fuzz/corpus/answer fuzz/seeds/answer -- -max_total_time={{ seconds }} -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -max_len=65536 -dict=fuzz/answer.dict
    cargo +nightly fuzz run ids -- -max_total_time={{ seconds }} -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -max_len=4096
    cargo +nightly fuzz run webhook -- -max_total_time={{ seconds }} -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -max_len=8192 -dict=fuzz/webhook.dict

# Break the SDK in one place after the other and run its tests; needs cargo-mutants, takes hours
mutants *args:
    CARGO_PROFILE_DEV_DEBUG=0 cargo mutants -p akool-faceswap --features blocking,schemars,webhook --gitignore true {{ args }} -- {{ mutant_tests }}

# Which lines of the SDK its tests run; needs cargo-tarpaulin
coverage:
    cargo tarpaulin -p akool-faceswap --engine ptrace --lib --tests --skip-clean --timeout 300 \
        --include-files 'crates/akool-faceswap/src/*' \
        --exclude-files '*/tests.rs' '*/tests/*' '*/scripted.rs' \
        --target-dir target/coverage
