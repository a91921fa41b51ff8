# Every library comes from the distribution's packages; tools/install-deps.sh installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(LIBMARIADB REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(LIBZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)

# Debian ships these without a CMake target that works for every preset.
add_library(cpp-httplib INTERFACE)
target_link_libraries(cpp-httplib INTERFACE cpp-httplib.so)
add_library(rocksdb INTERFACE)
target_link_libraries(rocksdb INTERFACE librocksdb.so)
add_library(xxhash INTERFACE)
target_link_libraries(xxhash INTERFACE libxxhash.so)
add_library(cli11 INTERFACE)
