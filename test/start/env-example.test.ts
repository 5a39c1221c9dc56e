import { describe, expect, test } from 'vitest';
import { CONFIG_VARIABLES, readConfig } from '../../src/config.js';
import { EMULATOR_VARIABLES, readEmulatorSettings } from '../../src/emulator/settings.js';
import { exampleSettings } from './deployed.js';
import { read } from './documented.js';

const text = read('.env.example');
const example = exampleSettings();

describe('.env.example', () => {
  test('names exactly the settings that the two programs read', () => {
    expect(Object.keys(example).toSorted()).toEqual([...CONFIG_VARIABLES, ...EMULATOR_VARIABLES].toSorted());
  });

  test('shows the defaults: used as it is, it changes nothing', () => {
    expect(readConfig(example)).toEqual(readConfig({}));
    expect(readEmulatorSettings(example)).toEqual(readEmulatorSettings({}));
  });

  test('explains every setting in a comment just above it', () => {
    const lines = text.split('\n');
    const settings = lines.filter((line) => /^#?[A-Z_]+=/.test(line));
    expect(settings).toHaveLength(CONFIG_VARIABLES.length + EMULATOR_VARIABLES.length);
    expect(settings.filter((line) => !lines[lines.indexOf(line) - 1]?.startsWith('# '))).toEqual([]);
  });
});
