import type { Config } from '../config.js';
import type { Emulator } from '../emulator/emulator.js';
import type { GongClientSettings } from '../gong/types.js';
import type { PassthroughLimits } from '../tenants/settings.js';

/** Without credentials, because callers bring their own. */
type PassthroughUpstream = Omit<GongClientSettings, 'credentials'> & { readonly limits: PassthroughLimits };

export type Upstream = GongClientSettings | PassthroughUpstream;

/** Where to find Gong or its emulator, and whose credentials to use there. */
export function upstreamOf({ gong, gongDefaults, passthrough }: Config, emulator: Emulator | null): Upstream {
  if (gong !== null) return gong;
  const baseUrl = passthrough?.baseUrl ?? emulator?.url;
  if (baseUrl === undefined) throw new TypeError('needed an emulator, because no Gong is configured');
  if (passthrough !== null) return { ...gongDefaults, baseUrl, limits: passthrough.limits };
  const { accessKey = '', accessKeySecret = '' } = emulator?.settings ?? {};
  return { ...gongDefaults, baseUrl, credentials: { kind: 'basic', accessKey, accessKeySecret } };
}
