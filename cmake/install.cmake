# What `cmake --install` gives: program, headers and libraries of the embedding API as a CMake package, stdlib, SOPs, completions.
# SPDX-License-Identifier: Apache-2.0
#
#   find_package(inquest REQUIRED)                             target inquest::inquest: #include "bindings/inquest.h"
#   the definition INQUEST_SHARE of that target                the folder with stdlib/ and sops/, for Settings::home
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(INQUEST_SHARE_DIR ${CMAKE_INSTALL_DATADIR}/inquest)
set(INQUEST_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/inquest)

add_library(inquest_api INTERFACE)
target_link_libraries(inquest_api INTERFACE inquest_bindings)
set_target_properties(inquest_api PROPERTIES EXPORT_NAME inquest)
add_library(inquest::inquest ALIAS inquest_api)

set(layers inquest_base inquest_model inquest_frame inquest_machine inquest_connectors inquest_engine inquest_report inquest_bindings)
foreach(layer ${layers})
  target_include_directories(${layer} PUBLIC $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/inquest>)
  target_compile_features(${layer} PUBLIC cxx_std_20)
endforeach()

install(TARGETS inquest RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${layers} inquest_api EXPORT inquestTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT inquestTargets NAMESPACE inquest:: DESTINATION ${INQUEST_PACKAGE_DIR})
configure_package_config_file(cmake/inquestConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/inquestConfig.cmake
  INSTALL_DESTINATION ${INQUEST_PACKAGE_DIR} PATH_VARS INQUEST_SHARE_DIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/inquestConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/inquestConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/inquestConfigVersion.cmake
  DESTINATION ${INQUEST_PACKAGE_DIR})

# Headers keep their paths from the root, as they include each other.
install(DIRECTORY runtime bindings DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/inquest FILES_MATCHING PATTERN "*.h"
  PATTERN runtime/cli EXCLUDE PATTERN runtime/connectors/otlp EXCLUDE PATTERN bindings/meta EXCLUDE)
install(DIRECTORY stdlib sops DESTINATION ${INQUEST_SHARE_DIR})
install(FILES bindings/meta/inquest.d.lua DESTINATION ${INQUEST_SHARE_DIR}/meta)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Completions say what this program says, so it writes them itself.
install(CODE "
  foreach(row \"bash:${CMAKE_INSTALL_DATADIR}/bash-completion/completions/inquest\" \"zsh:${CMAKE_INSTALL_DATADIR}/zsh/site-functions/_inquest\"
      \"fish:${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d/inquest.fish\")
    string(REPLACE \":\" \";\" row \"\${row}\")
    list(GET row 0 shell)
    list(GET row 1 path)
    set(file \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/\${path}\")
    get_filename_component(folder \"\${file}\" DIRECTORY)
    file(MAKE_DIRECTORY \"\${folder}\")
    execute_process(COMMAND \"$<TARGET_FILE:inquest>\" completion \${shell} OUTPUT_FILE \"\${file}\" RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR \"inquest completion \${shell} ended with \${failed}\")
    endif()
    message(STATUS \"Installing: \${file}\")
  endforeach()")
