// Scrub: what telemetry itself carries and nobody should keep — tokens, passwords, cookies, e-mail addresses — masked in
// a frame before it becomes evidence, and before a review or a person sees it.
// SPDX-License-Identifier: Apache-2.0
//
// Masked, as `***` (in the text of a template as `<*>`, which fits anything):
//   the value of authorization, proxy-authorization, cookie, set-cookie, password, passwd, pwd, secret, client_secret,
//   token, access_token, refresh_token, id_token, api_key, apikey, x-api-key, private_key, however it is written
//   (`Authorization: …`, `"cookie":"…"`, `token=…`; attributes whose name ends in one of these); what follows `Bearer `;
//   JSON web tokens (eyJ….….…); tokens that show by their prefix whose they are (ghp_, glpat-, xoxb-, sk-, AKIA, …);
//   e-mail addresses.
// Left alone: identifiers that join evidence — service, namespace, instance, version, operation, names of attributes,
// trace and span ids — and every number. Masking twice changes nothing.
// Thread rule: pure.
#pragma once

#include <string>
#include <string_view>

#include "runtime/frame/frame.h"

namespace inquest {

// `masked` is raised by the number of places.
std::string scrub(std::string_view text, size_t& masked, std::string_view with = "***");
// The same frame when there was nothing; else one with a note that says how many places were masked.
FramePtr scrubbed(const FramePtr& frame);

}  // namespace inquest
