import type { Fault } from './fault.js'

export const kill: Fault = {
  name: 'kill',
  stores: ['sqlite'],
  quick: 1,
  long: 1,
  run: async () => ({ acknowledged: 0, lost: 0, twice: 0 })
}
