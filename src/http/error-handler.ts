/** From whatever was thrown to a problem. Nothing of the request goes into the log. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Logger } from '../call/ports/process.ts';
import {
  type FieldError,
  pointer,
  type Problem,
  problem,
  ProblemError,
  problemMediaType,
} from './problems.ts';

const byCode: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: problem('request/media-type'),
  FST_ERR_CTP_BODY_TOO_LARGE: problem('request/too-large'),
  FST_ERR_CTP_EMPTY_JSON_BODY: problem('request/not-json', { detail: 'The body is empty.' }),
  FST_ERR_CTP_INVALID_JSON_BODY: problem('request/not-json'),
  'store/unavailable': problem('service/store-unavailable'),
  'store/busy': problem('service/store-unavailable'),
  'room/unreachable': problem('service/livekit-unavailable'),
};

export function createErrorHandler(
  logger: Logger,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const answer = problemOf(error);
    if (answer.status >= 500) {
      logger.error({ err: error, route: request.routeOptions.url }, 'request failed');
    }
    sendProblem(reply, answer);
  };
}

export function sendProblem(reply: FastifyReply, answer: Problem): void {
  // Its own serializer: a problem goes out whatever response schema the route has.
  void reply.code(answer.status).type(problemMediaType).serializer(JSON.stringify).send(answer);
}

function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const inBody = error.validationContext === 'body';
    return problem('request/invalid', { errors: fieldErrors(error.validation, inBody) });
  }
  if (!(error instanceof Error)) return problem('service/fault');
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known !== undefined) return known;
  const { statusCode = 500 }: Partial<FastifyError> = error;
  if (error instanceof SyntaxError && statusCode === 400) return problem('request/not-json');
  return statusCode >= 400 && statusCode < 500
    ? problem('request/invalid')
    : problem('service/fault');
}

interface ValidationIssue {
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Zod names unknown keys together, in `params.keys`: here each gets an entry of its own. */
function fieldErrors(issues: readonly ValidationIssue[], inBody: boolean): FieldError[] {
  return issues.flatMap(({ instancePath, message = 'is not valid', params }) => {
    const path = instancePath.split('/').filter((part) => part !== '');
    const unknownKeys: unknown[] = Array.isArray(params['keys']) ? params['keys'] : [];
    if (unknownKeys.length > 0) {
      return unknownKeys.map((key) => at([...path, String(key)], 'is not a known field', inBody));
    }
    return [at(path, message, inBody)];
  });
}

const at = (path: readonly string[], detail: string, inBody: boolean): FieldError =>
  inBody ? { pointer: pointer(path), detail } : { parameter: path.join('.'), detail };
