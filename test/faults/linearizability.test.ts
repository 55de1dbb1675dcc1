import { testLinearizability } from './linearizability/quick.js'

testLinearizability(['memory', 'sqlite', 'sqlite-two-servers'])
