# Books the meeting that the scenarios dial and runs them, all or those that are named:
#   docker compose --profile test run --rm sipp [uac-happy-path-expect-joined ...]
set -eu

call_id=142536475
# 201, or 409 from an earlier run: both mean that it is there.
status=$(curl -s -o /dev/null -w '%{http_code}' -X POST "$API_URL/api/meetings" \
  -H "Authorization: Bearer $RINGBRO_API_KEY" -H 'content-type: application/json' \
  -d "{\"callId\": \"$call_id\"}")
case $status in
  201 | 409) ;;
  *) echo "the meeting could not be booked: HTTP $status" >&2; exit 1 ;;
esac

# The first published number, or any user part where there is none.
number=$(printf '%s' "${RINGBRO_NUMBERS:-}" | cut -d, -f1 | cut -d= -f1)
# The scenarios name their pcap files relative to themselves.
cd /scenarios
[ $# -gt 0 ] || set -- $(ls uac-*.xml | sed 's/\.xml$//')

failed=0
for scenario in "$@"; do
  if sipp -sf "$scenario.xml" -s "${number:-0480445511}" -m 1 -i "$SIP_ADDRESS" -p 15060 -mi "$SIP_ADDRESS" -mp 34000 \
    -timeout 90 -timeout_error -nostdin "$SIP_ADDRESS:5060" > /tmp/sipp.log 2>&1; then
    echo "ok      $scenario"
  else
    echo "FAILED  $scenario"
    tail -n 20 /tmp/sipp.log
    failed=$((failed + 1))
  fi
done
[ "$failed" -eq 0 ]
