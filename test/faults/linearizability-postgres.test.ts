import { testLinearizability } from './linearizability/quick.js'

testLinearizability(['postgres', 'postgres-two-servers'])
