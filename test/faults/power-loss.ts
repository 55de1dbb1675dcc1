import type { Fault } from './fault.js'

export const powerLoss: Fault = {
  name: 'power-loss',
  stores: ['sqlite'],
  quick: 1,
  long: 1,
  run: async () => ({ acknowledged: 0, lost: 0, twice: 0 })
}
