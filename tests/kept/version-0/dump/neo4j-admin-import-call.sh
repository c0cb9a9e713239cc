#!/bin/bash
            version=$(${NEO4J_HOME:-.}/bin/neo4j-admin --version | cut -d '.' -f 1)
            echo "Neo4j detected version: $version" >&2
            # If Neo4j's version < 5.
            if [[ $version -lt 5 ]] ; then
                # Old interface.
                ${NEO4J_HOME:-.}/bin/neo4j-admin import --database=neo4j --input-type="parquet" --force=true --nodes="./Dataset-part.*" --nodes="./Environment-part.*" --nodes="./FitnessExperiment-part.*" --nodes="./Gene-part.*" --nodes="./Publication-part.*" --relationships="./MeasuredIn-part.*" --relationships="./Perturbs-part.*" --relationships="./ReportedIn-part.*"
            else
                # New interface.
                ${NEO4J_HOME:-.}/bin/neo4j-admin database import full neo4j --input-type="parquet" --overwrite-destination=true --nodes="./Dataset-part.*" --nodes="./Environment-part.*" --nodes="./FitnessExperiment-part.*" --nodes="./Gene-part.*" --nodes="./Publication-part.*" --relationships="./MeasuredIn-part.*" --relationships="./Perturbs-part.*" --relationships="./ReportedIn-part.*"
            fi

