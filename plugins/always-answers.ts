/**
 * For `config` of routes that must answer whatever the load, to those who limit it.
 * @see @fastify/rate-limit, `rateLimit`; @fastify/under-pressure, `pressureHandler`
 */
export const alwaysAnswers = { rateLimit: false, pressureHandler: () => undefined } as const
