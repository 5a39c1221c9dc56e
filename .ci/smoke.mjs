/**
 * Starts a program on a free port; asks it one thing, stops it as a process manager does, and makes sure that it is
 * gone.
 *
 *   node .ci/smoke.mjs <variable of its port> <path to ask> <command…>
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [portVariable, path, command, ...args] = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);

const child = spawn(command, args, {
  env: { ...process.env, [portVariable]: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(child, 'close');

const ready = new Promise((resolve) => {
  createInterface(child.stdout).on('line', (line) => {
    say(line);
    const url = line.startsWith('{') ? JSON.parse(line).url : /http:\/\/[^/\s,]+/.exec(line)?.[0];
    if (url !== undefined) resolve(url);
  });
});
const url = await Promise.race([ready, ended.then(() => undefined)]);
if (url === undefined) throw new Error('needed a line with an address, got none');

const { status } = await fetch(url + path);
say(`${path} answers ${status}`);
if (status >= 500 || status === 404) throw new Error('needed an answer');

// npm does not hand the signal on where its shell stands between, so it goes to the program itself; npm then ends as
// the program did.
process.kill(youngest(child.pid), 'SIGTERM');
const [code, signal] = await ended;
say(`${command} ended with ${code ?? signal}`);
const gone = await fetch(url + path).then(
  () => false,
  () => true,
);
if (!gone) throw new Error('needed the program to be gone, got an answer');
if (code !== 0) throw new Error(`needed exit code 0, got ${code ?? signal}`);

/** npm starts a shell, and the shell the program. */
function youngest(pid) {
  const [first] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return first ? youngest(Number(first)) : pid;
}
