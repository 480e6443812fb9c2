# What `cmake --install` gives: binary, embedding header, stdlib, SOPs, CMake package. (Filled by the house part.)
# SPDX-License-Identifier: Apache-2.0
include(GNUInstallDirs)
install(TARGETS inquest RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
