#include "cli/cli.h"

int main(int argc, char** argv) { return tidewire::cli::Run(argc, argv); }
