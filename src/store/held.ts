/** What a legal hold keeps: asked in the same statement that removes, so that none slips between. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Schema } from './schema.ts';

/** Neither the call, its meeting nor its unit is held. */
export const callIsFree = (builder: ExpressionBuilder<Schema, 'calls'>): Expression<SqlBool> =>
  builder.not(callIsHeld(builder));

export const callIsHeld = (builder: ExpressionBuilder<Schema, 'calls'>): Expression<SqlBool> =>
  builder.exists(
    builder
      .selectFrom('holds')
      .select('hold_id')
      .where((hold) =>
        hold.or([
          hold.and([hold('kind', '=', 'call'), hold('target', '=', hold.ref('calls.leg_id'))]),
          hold.and([hold('kind', '=', 'meeting'), hold('target', '=', hold.ref('calls.call_id'))]),
          hold.and([hold('kind', '=', 'unit'), hold('target', '=', hold.ref('calls.unit'))]),
        ]),
      ),
  );

/** Neither the meeting nor its unit is held. */
export const meetingIsFree = (
  builder: ExpressionBuilder<Schema, 'meetings'>,
): Expression<SqlBool> =>
  builder.not(
    builder.exists(
      builder
        .selectFrom('holds')
        .select('hold_id')
        .where((hold) =>
          hold.or([
            hold.and([
              hold('kind', '=', 'meeting'),
              hold('target', '=', hold.ref('meetings.call_id')),
            ]),
            hold.and([hold('kind', '=', 'unit'), hold('target', '=', hold.ref('meetings.unit'))]),
          ]),
        ),
    ),
  );

/** Its unit is not held. */
export const entryIsFree = (builder: ExpressionBuilder<Schema, 'audit'>): Expression<SqlBool> =>
  builder.not(
    builder.exists(
      builder
        .selectFrom('holds')
        .select('hold_id')
        .where('kind', '=', 'unit')
        .whereRef('target', '=', 'audit.unit'),
    ),
  );
