import { authorization } from '../auth/gong-credential.js';
import type { Config } from '../config.js';
import type { Emulator } from '../emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../emulator/settings.js';
import type { EmulatorKey } from './upstream.js';

/** The one line that tells a person where to go. */
export function welcome(
  url: string,
  config: Config,
  emulator: Emulator | null,
  key: EmulatorKey | null,
): string {
  const { gong, passthrough, production } = config;
  const whose = passthrough === null ? '' : " with each caller's own credentials";
  const why = production
    ? 'as told by GONG_EMULATOR'
    : passthrough === null
      ? 'no Gong credentials are set'
      : 'no address of Gong is set';
  const upstream =
    emulator === null
      ? `talking to ${(gong ?? passthrough)?.baseUrl}${whose}`
      : `${why}, so it talks to the built-in emulator at ${emulator.url}${whose}${passthrough === null ? '' : hint(key)}`;
  const explorer = production ? '' : ` (explore it at ${url}/graphiql, or ${url}/ for Apollo Sandbox)`;
  return `Gong CRM gateway ready at ${url}/graphql${explorer}; ${upstream}.`;
}

/** A key that somebody has set is for those who know it. */
function isPublic(key: EmulatorKey | null): key is EmulatorKey {
  const { accessKey, accessKeySecret } = DEFAULT_EMULATOR_SETTINGS;
  return key?.accessKey === accessKey && key.accessKeySecret === accessKeySecret;
}

function hint(key: EmulatorKey | null): string {
  return isPublic(key)
    ? `, such as access key "${key.accessKey}", access key secret "${key.accessKeySecret}"`
    : '';
}

/** So that the explorers work with the emulator as they open. */
export function explorerHeaders(key: EmulatorKey | null): Record<string, string> {
  return isPublic(key) ? { Authorization: authorization({ kind: 'basic', ...key }) } : {};
}
