#!/bin/sh
# Makes the namespace and the search attributes that operators find promotions by; running it again changes nothing.
# Needs the `temporal` command; TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where.
set -eu

attempts=60
until temporal operator cluster health >/dev/null 2>&1; do
    attempts=$((attempts - 1))
    if [ "$attempts" -eq 0 ]; then
        echo "Temporal does not answer at $TEMPORAL_ADDRESS" >&2
        exit 1
    fi
    sleep 1
done

# A promotion that has ended can be looked at in the UI for a month; the Git record keeps it for ever.
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d

# A new namespace takes a few seconds to be known to every part of the server.
attempts=30
until existing=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>/dev/null); do
    attempts=$((attempts - 1))
    [ "$attempts" -gt 0 ] || exit 1
    sleep 1
done

for name in PromotionState PromotionTenant PromotionTarget PromotionKey; do
    case $existing in
    *"$name"*) ;;
    *) temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword ;;
    esac
done
