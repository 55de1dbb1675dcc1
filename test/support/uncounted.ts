/**
 * How to run a program that does not count in the coverage: what another loader makes of a source cannot be
 * added to what this one makes of it. The test runner hands its variables to every child, whatever
 * environment the child is given, so that they are taken away on the other side.
 */
export function toUncounted (program: string, ...args: string[]): [file: string, args: string[]] {
  return ['env', ['-u', 'NODE_OPTIONS', '-u', 'NODE_V8_COVERAGE', program, ...args]]
}
