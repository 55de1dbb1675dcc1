import { memory } from '@feathersjs/memory'
import { announce } from './announce.js'
import { serveFeathers } from './feathers-app.js'

/* Feathers 5 with its store in memory. */

announce({ port: await serveFeathers(memory({ id: 'id', paginate: { default: 20, max: 1_000 } })) })
