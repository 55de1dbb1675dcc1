/**
 * The environment of a program that does not count in the coverage. Node hands NODE_V8_COVERAGE on to
 * children unless it is set: leaving it out is not enough. What another loader makes of a source cannot be
 * added to what this one makes of it.
 */
export function toUncounted (environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...environment, NODE_OPTIONS: '', NODE_V8_COVERAGE: '' }
}
