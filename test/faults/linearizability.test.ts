import { linearizability } from './linearizability.js'
import { checkFigures } from './linearizability/figures.js'
import { testQuickly } from './quick.js'

testQuickly({ ...linearizability, stores: linearizability.stores.filter((store) => !store.startsWith('postgres')) }, checkFigures)
