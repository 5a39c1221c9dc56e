import type { IncomingMessage } from 'node:http';
import type { ApiDialect } from '../crm/dialects.js';
import type { Company } from './company.js';
import type { Answer } from './http.js';
import type { Processor } from './processor.js';
import type { EmulatorSettings } from './settings.js';

/** An authenticated call of a known operation. */
export interface Call {
  /** The dialect of the path that was called. */
  readonly dialect: ApiDialect;
  readonly query: URLSearchParams;
  readonly company: Company;
  readonly processor: Processor;
  readonly settings: EmulatorSettings;
  /** Returns the request for reading its body, after `100 Continue` if the caller waits for it. */
  readonly openBody: () => IncomingMessage;
  /** Reports to the observer of calls which objects were asked for. */
  readonly noteObjectIds: (ids: readonly string[]) => void;
  /** Returns a number unique to the emulator. */
  readonly nextUpload: () => number;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;
