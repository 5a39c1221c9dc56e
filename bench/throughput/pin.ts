import { spawnSync } from 'node:child_process';

/** The cores that this process may use; none where there is no `taskset`. */
export function allowedCores(): number[] {
  const list = taskset('-c', '-p', String(process.pid)).split(': ').at(-1) ?? '';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    if (first === undefined || last === undefined || Number.isNaN(first)) return [];
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Keeps all threads of a process, and the processes that it will start, on one core. */
export function pin(pid: number, core: number): void {
  taskset('-a', '-c', '-p', String(core), String(pid));
}

function taskset(...args: string[]): string {
  return spawnSync('taskset', args, { encoding: 'utf8' }).stdout ?? '';
}
